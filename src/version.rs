//! Versions of Kubernetes that kubeproof knows.

use std::fmt;
use std::str::FromStr;

/// A minor version of Kubernetes, `1.MINOR`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct KubeVersion {
    minor: u8,
}

impl KubeVersion {
    /// The oldest that is known.
    pub const OLDEST: KubeVersion = KubeVersion { minor: 25 };
    /// The newest that is known (read in source, not yet measured).
    pub const NEWEST: KubeVersion = KubeVersion { minor: 37 };
    /// The newest that was measured on a real server: the default.
    pub const DEFAULT: KubeVersion = KubeVersion { minor: 36 };

    /// The number after `1.`.
    pub const fn minor(self) -> u8 {
        self.minor
    }

    /// All known versions, oldest first.
    pub fn known() -> impl Iterator<Item = KubeVersion> {
        (Self::OLDEST.minor..=Self::NEWEST.minor).map(|minor| KubeVersion { minor })
    }
}

impl Default for KubeVersion {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl FromStr for KubeVersion {
    type Err = String;

    /// Reads `1.36`, `v1.36` and `1.36.2`; any patch release stands for its minor version.
    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || {
            format!(
                "kubeproof does not know Kubernetes version `{text}`; it knows {} to {}",
                Self::OLDEST,
                Self::NEWEST
            )
        };
        let mut parts = text.strip_prefix('v').unwrap_or(text).splitn(3, '.');
        let (major, minor, patch) = (parts.next(), parts.next(), parts.next());
        let minor: u8 = match (major, minor) {
            (Some("1"), Some(minor)) => minor.parse().map_err(|_| unknown())?,
            _ => return Err(unknown()),
        };
        if patch.is_some_and(|patch| patch.parse::<u16>().is_err()) {
            return Err(unknown());
        }
        let version = KubeVersion { minor };
        if version < Self::OLDEST || version > Self::NEWEST {
            return Err(unknown());
        }
        Ok(version)
    }
}
