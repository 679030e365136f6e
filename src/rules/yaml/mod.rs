//! The text itself: what YAML makes of it, and what gets lost.
