//! The sentences of `report/`.

crate::messages! {}
