//! The sentences of `blueprint/`.

crate::messages! {}
