//! What servers say of themselves and of what they depend on. Pure: texts in, findings out.

use serde::Deserialize;

use crate::event::{Fault, Hop};
use crate::model::{Chain, Node, Role};

use super::client::Answer;

/// What the self-check of an application, a gateway or a page answers.
#[derive(Clone, Debug, Deserialize)]
pub struct SelfCheck {
    /// Which server answers.
    pub was: String,
    /// The word that it read from the database.
    #[serde(default)]
    pub token: Option<String>,
    /// Of which environment it is.
    pub environment: String,
    /// What it depends on.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Its session with whoever asks, where that was asked for and all else is well.
    #[serde(default)]
    pub session: Option<Session>,
}

/// What an application server says of a session.
#[derive(Clone, Debug, Deserialize)]
pub struct Session {
    /// The beginning of its name.
    pub id: String,
    /// The how manieth request of it this was.
    pub visits: u64,
    /// Whether every application server should know it.
    pub shared: bool,
    /// Why there is none.
    #[serde(default)]
    pub words: String,
}

/// One thing that a server depends on.
#[derive(Clone, Debug, Deserialize)]
pub struct Check {
    pub name: String,
    pub ok: bool,
    #[serde(default)]
    pub ms: Option<u64>,
    #[serde(default)]
    pub product: Option<String>,
    #[serde(default)]
    pub version: Option<String>,
    /// What it says where it is not well.
    #[serde(default, alias = "error", alias = "message")]
    pub words: Option<String>,
}

/// A text's beginning, on one line.
pub fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A web server's own page: `web <local> <environment>`. Which server it is, if it is one of this environment.
pub fn web<'a>(answer: &Answer, chain: &'a Chain) -> Result<&'a Node, Fault> {
    if answer.status != 200 {
        return Err(Fault::Status { status: answer.status, words: beginning(&answer.body) });
    }
    let odd = |words: String| Fault::Odd { words };
    let local = answer.web.as_deref().ok_or_else(|| odd("no X-Gureum-Web".to_owned()))?;
    let node = chain.node(local).ok_or_else(|| odd(format!("X-Gureum-Web: {}", beginning(local))))?;
    let words: Vec<&str> = answer.body.split_whitespace().collect();
    if words == ["web", local, chain.environment.as_str()] { Ok(node) } else { Err(odd(beginning(&answer.body))) }
}

/// A self-check's answer, well or not: only what is none at all is a fault.
pub fn self_check(answer: &Answer, chain: &Chain) -> Result<SelfCheck, Fault> {
    let status = || Fault::Status { status: answer.status, words: beginning(&answer.body) };
    if answer.status != 200 && answer.status != 503 {
        return Err(status());
    }
    let Ok(check) = serde_json::from_str::<SelfCheck>(&answer.body) else {
        // A proxy's own page says which.
        return Err(if answer.status == 200 { Fault::Odd { words: beginning(&answer.body) } } else { status() });
    };
    if check.environment != chain.environment {
        return Err(Fault::Odd { words: format!("environment {}", beginning(&check.environment)) });
    }
    Ok(check)
}

/// What the self-check tells of that which its server depends on: every role that it should tell of, and whatever else it does.
pub fn dependencies(node: &Node, check: &SelfCheck, status: u16, chain: &Chain) -> Vec<Hop> {
    let mut hops = Vec::new();
    for role in &node.depends_on {
        match check.checks.iter().find(|one| one.name == role.as_str()) {
            Some(one) => hops.push(dependency(node, one, check, chain)),
            None => hops.push(Hop::bad(&node.local, role.as_str(), Fault::Unsaid)),
        }
    }
    let more = check.checks.iter().filter(|one| node.depends_on.iter().all(|role| role.as_str() != one.name));
    hops.extend(more.map(|one| dependency(node, one, check, chain)));
    // Whoever says 503 means that something is wrong, even if it does not say what.
    if status == 503 && hops.iter().all(|hop| hop.fault.is_none()) {
        hops.push(Hop::bad(&node.local, "self-check", Fault::Status { status, words: String::new() }));
    }
    hops
}

fn dependency(node: &Node, one: &Check, check: &SelfCheck, chain: &Chain) -> Hop {
    let parts = [one.product.as_deref(), one.version.as_deref()];
    let told = parts.into_iter().flatten().map(beginning).filter(|part| !part.is_empty());
    let product = Some(told.collect::<Vec<_>>().join(" ")).filter(|product| !product.is_empty());
    let found = check.token.as_deref().unwrap_or_default();
    let fault = if !one.ok {
        Some(Fault::Down { words: beginning(one.words.as_deref().unwrap_or("it says no more")) })
    } else if one.name == Role::Database.as_str() && found != chain.token {
        Some(Fault::Token { found: beginning(found) })
    } else {
        None
    };
    Hop { product, ms: one.ms, fault, ..Hop::good(&node.local, &one.name, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_letters() {
        assert_eq!(beginning(" a\n  b "), "a b");
        let cut = beginning(&"가".repeat(200));
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (121, true));
    }
}
