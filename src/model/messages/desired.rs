//! The sentences of `desired/`.

crate::messages! {}
