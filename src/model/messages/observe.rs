//! The sentences of `observe/`.

crate::messages! {}
