//! The sentences of `plan/`.

crate::messages! {}
