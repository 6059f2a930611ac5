//! The sentences of `cli/`.

crate::messages! {}
