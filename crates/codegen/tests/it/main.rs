//! The generator as a whole: its effect on one small service, word for word, and properties that hold for all models.

mod golden;
mod models;
