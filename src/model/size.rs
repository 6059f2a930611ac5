//! The four sizes of the platform's catalogue.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A size as the user says it; which flavor of the cloud serves it is decided against the cloud's facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// 1 vCPU, 2 GiB.
    Small,
    /// 2 vCPU, 4 GiB.
    Medium,
    /// 4 vCPU, 8 GiB.
    Large,
    /// 8 vCPU, 16 GiB.
    Xlarge,
}

impl Size {
    /// All sizes, smallest first.
    pub const ALL: [Self; 4] = [Self::Small, Self::Medium, Self::Large, Self::Xlarge];

    /// The word that users write.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
            Self::Xlarge => "xlarge",
        }
    }

    /// The size of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.as_str() == word)
    }

    /// Virtual CPUs, at least.
    pub fn vcpus(self) -> u32 {
        1 << self as u32
    }

    /// Memory in MiB, at least.
    pub fn ram_mib(self) -> u64 {
        2048 << self as u64
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
