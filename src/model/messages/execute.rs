//! The sentences of `execute/`.

crate::messages! {}
