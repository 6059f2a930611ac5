//! The sentences of `journal/`.

crate::messages! {}
