//! NetworkPolicies: what the API server takes without a word, and what then lets or keeps nothing.

pub(super) mod unused_rules;
