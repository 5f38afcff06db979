//! Stories across services, and walks over every operation of all of them.
//!
//! | file | noun |
//! |---|---|
//! | `likely.rs` | the least input of any operation that looks like what a client would send |

pub mod likely;
