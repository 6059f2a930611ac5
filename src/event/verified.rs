//! What a verification saw: every hop of a request's way with its answer.

use serde::{Deserialize, Serialize};

use crate::model::Text;
use crate::model::messages::verify as m;
use crate::say;

/// What one verification saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Through the floating addresses; none where nobody looked from outside.
    pub hops: Vec<Hop>,
    /// By the guests' own reports; none where they were not asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guests: Vec<Hop>,
    /// How many requests were sent through the floating addresses.
    pub requests: u32,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

/// From one place to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// `internet`, a load balancer's name, or a server's local name.
    pub from: String,
    /// A load balancer's name, a server's local name, the role of what is depended on, or a page.
    pub to: String,
    /// What answered there, by its own words: `MariaDB 10.11.6`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// How long the answer took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// When a guest said it: milliseconds since the epoch. None for what was just seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    /// Why it does not answer as it should; none where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// Why a hop does not answer as it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// The address itself cannot be reached from here.
    Unreached {
        /// The network's words.
        words: String,
    },
    /// The address is not known: nothing was made there.
    NoAddress,
    /// Somebody is there and takes no connection.
    Refused {
        /// The network's words.
        words: String,
    },
    /// The connection was taken, and no answer came.
    Silent {
        /// The network's words.
        words: String,
    },
    /// Another HTTP status than the one that means health.
    Status {
        /// Which.
        status: u16,
        /// The answer's first words.
        words: String,
    },
    /// It never answered, although its neighbours did.
    Unseen {
        /// In how many requests.
        requests: u32,
    },
    /// The answer is not of the form that it should have.
    Odd {
        /// What is wrong with it.
        words: String,
    },
    /// Another deployment's word stands in the database.
    Token {
        /// Which one.
        found: String,
    },
    /// It is down, says who depends on it.
    Down {
        /// In its words.
        words: String,
    },
    /// Who depends on it says nothing of it.
    Unsaid,
    /// It was not tried.
    Untried {
        /// The hop that failed before.
        because: String,
    },
    /// It was not tried: the time for all was over.
    OutOfTime,
    /// The guest has not reported, or only one that stood here before.
    NoReport,
    /// The guest is not yet ready.
    Booting {
        /// Its stage.
        stage: String,
    },
    /// The guest's first boot failed.
    Boot {
        /// Stage and last lines of its log.
        words: String,
    },
    /// The cloud does not let the guests' reports be read.
    Unread {
        /// In its words.
        words: String,
    },
}

/// What a verification comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything answers.
    Answers,
    /// The floating address cannot be reached from here; by the guests' own view everything answers.
    Unreached,
    /// Something does not answer.
    Fails,
}

impl Hop {
    /// One that answers.
    pub fn good(from: &str, to: &str, ms: u64) -> Self {
        Self { from: from.to_owned(), to: to.to_owned(), product: None, ms: Some(ms), at: None, fault: None }
    }

    /// One that does not.
    pub fn bad(from: &str, to: &str, fault: Fault) -> Self {
        Self { fault: Some(fault), ms: None, ..Self::good(from, to, 0) }
    }

    /// `was-1 → database`.
    pub fn name(&self) -> String {
        format!("{} → {}", self.from, self.to)
    }
}

impl Verification {
    /// What it comes to. What was not tried because of another hop is that one's fault.
    pub fn verdict(&self) -> Verdict {
        let fault = |hops: &[Hop]| hops.iter().any(|hop| matches!(&hop.fault, Some(fault) if !fault.is_unreached()));
        let unreached = self.hops.iter().any(|hop| hop.fault.as_ref().is_some_and(Fault::is_unreached));
        let seen = !self.hops.is_empty() || !self.guests.is_empty();
        let outside = self
            .hops
            .iter()
            .any(|hop| hop.fault.as_ref().is_some_and(|it| !it.is_unreached() && !matches!(it, Fault::Untried { .. })));
        if outside || fault(&self.guests) || !seen || (unreached && self.guests.is_empty()) {
            Verdict::Fails
        } else if unreached {
            Verdict::Unreached
        } else if fault(&self.hops) {
            Verdict::Fails
        } else {
            Verdict::Answers
        }
    }

    /// The first hop that does not answer, and is not only the consequence of another.
    pub fn culprit(&self) -> Option<&Hop> {
        let all = || self.hops.iter().chain(&self.guests).filter(|hop| hop.fault.is_some());
        let untried = |hop: &&Hop| matches!(hop.fault, Some(Fault::Untried { .. }));
        let unreached = |hop: &&Hop| hop.fault.as_ref().is_some_and(Fault::is_unreached);
        all().find(|hop| !untried(hop) && !unreached(hop)).or_else(|| all().next())
    }
}

impl Fault {
    /// Whether it says nothing of the service: the way to it is closed from here.
    pub fn is_unreached(&self) -> bool {
        matches!(self, Self::Unreached { .. })
    }

    /// Why a hop does not answer, as a sentence.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreached { words } => say!(m::NOT_REACHED, words = words),
            Self::NoAddress => say!(m::NO_ADDRESS),
            Self::Refused { words } => say!(m::REFUSED, words = words),
            Self::Silent { words } => say!(m::SILENT, words = words),
            Self::Status { status, words } => say!(m::STATUS, status = status, words = words),
            Self::Unseen { requests } => say!(m::UNSEEN, requests = requests),
            Self::Odd { words } => say!(m::ODD, words = words),
            Self::Token { found } => say!(m::TOKEN, found = found),
            Self::Down { words } => say!(m::DOWN, words = words),
            Self::Unsaid => say!(m::UNSAID),
            Self::OutOfTime => say!(m::OUT_OF_TIME),
            Self::Untried { because } => say!(m::UNTRIED, because = because),
            Self::NoReport => say!(m::NO_REPORT),
            Self::Booting { stage } => say!(m::BOOTING, stage = stage),
            Self::Boot { words } => say!(m::BOOT, words = words),
            Self::Unread { words } => say!(m::UNREAD, words = words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreached() -> Hop {
        Hop::bad("internet", "front", Fault::Unreached { words: "no route to host".into() })
    }

    fn untried() -> Hop {
        Hop::bad("front", "web-1", Fault::Untried { because: "internet → front".into() })
    }

    fn seen(hops: Vec<Hop>, guests: Vec<Hop>) -> Verification {
        Verification { hops, guests, ..Verification::default() }
    }

    #[test]
    fn one_fault_is_enough_and_nothing_seen_is_no_success() {
        let down = Hop::bad("was-1", "database", Fault::Down { words: "refused".into() });
        let good = Hop::good("front", "web-1", 3);
        assert_eq!(seen(vec![good.clone()], vec![]).verdict(), Verdict::Answers);
        assert_eq!(seen(vec![], vec![good.clone()]).verdict(), Verdict::Answers);
        assert_eq!(seen(vec![], vec![]).verdict(), Verdict::Fails);
        assert_eq!(seen(vec![good.clone(), untried()], vec![]).verdict(), Verdict::Fails);
        let one = seen(vec![untried(), good, down.clone()], vec![]);
        assert_eq!((one.verdict(), one.culprit()), (Verdict::Fails, Some(&down)));
    }

    #[test]
    fn an_address_out_of_reach_leaves_the_word_to_the_guests() {
        let hops = vec![unreached(), untried()];
        assert_eq!(seen(hops.clone(), vec![]).verdict(), Verdict::Fails, "nobody saw anything");
        let ready = Hop::good("web-1", "ready", 3);
        assert_eq!(seen(hops.clone(), vec![ready.clone()]).verdict(), Verdict::Unreached);
        let ill = Hop::bad("was-1", "ready", Fault::NoReport);
        let all = seen(hops, vec![ready, ill.clone()]);
        assert_eq!((all.verdict(), all.culprit()), (Verdict::Fails, Some(&ill)));
    }
}
