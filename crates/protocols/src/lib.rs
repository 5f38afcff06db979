//! AWS's wire protocols: one reader and one writer each, over any shape.
