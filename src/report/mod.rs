//! Room `report/`.
