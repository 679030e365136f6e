//! Secrets: types, keys, and what their data must hold.
