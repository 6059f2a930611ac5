//! The sentences of `cloud/`.

crate::messages! {}
