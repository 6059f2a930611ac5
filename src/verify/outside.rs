//! Through a floating address: the load balancer, each web server, through each of them each application server and gateway, and
//! what those say of the rest.
//!
//! Nobody says which web server answers next: the balancer takes them in turn. So the same is asked until each was seen, and a
//! bound of requests says when one that was never seen is missing.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::event::{Fault, Hop, Verification};
use crate::model::{Chain, Front, Node, Role};

use super::answer::{Session, beginning, dependencies, self_check, web};
use super::client::{Answer, Client, Limits};
use super::guests::Outputs;

/// Where requests come from.
const INTERNET: &str = "internet";
/// The page that people see.
const PAGE: &str = "/";
/// What application servers share where they know each other's sessions.
const SESSION: &str = "session";
/// So often an address that cannot be reached is tried: a single lost packet is none.
const UNREACHED_TRIES: u32 = 2;
/// So often one that takes connections and gives no answer.
const SILENT_TRIES: u32 = 3;

/// Follows the whole chain once.
pub async fn look(chain: &Chain, outputs: &Outputs, limits: &Limits) -> Verification {
    let begun = Instant::now();
    let mut walk = match Client::new(limits) {
        Ok(client) => Walk { chain, client, end: begun + limits.round, hops: Vec::new() },
        Err(fault) => {
            let hops = chain.fronts.iter().map(|front| Hop::bad(INTERNET, &front.name, fault.clone())).collect();
            return Verification { hops, ..Verification::default() };
        }
    };
    for front in &chain.fronts {
        let known = outputs.get(&front.address.address).and_then(|outputs| outputs.get(&front.address.field));
        match known {
            Some(address) if front.port == 80 => walk.front(front, &format!("http://{address}")).await,
            Some(address) => walk.front(front, &format!("http://{address}:{}", front.port)).await,
            None => {
                walk.hops.push(Hop::bad(INTERNET, &front.name, Fault::NoAddress));
                walk.untried_behind(front);
            }
        }
    }
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (hops, requests) = (walk.hops, walk.client.sent);
    Verification { hops, guests: Vec::new(), requests, ms }
}

struct Walk<'a> {
    chain: &'a Chain,
    client: Client,
    end: Instant,
    hops: Vec<Hop>,
}

/// What was asked through each web server until all of them had answered.
struct Turns {
    /// By web server: its last answer.
    answers: BTreeMap<String, Answer>,
    /// How many requests that took.
    requests: u32,
    /// What came instead, at last.
    fault: Option<Fault>,
}

/// How many requests a balancer that takes `servers` in turn has to be asked, with room for what else it answers meanwhile.
fn bound(servers: usize) -> u32 {
    u32::try_from(servers).unwrap_or(u32::MAX).saturating_mul(3).saturating_add(3)
}

impl Walk<'_> {
    async fn get(&mut self, url: &str) -> Result<Answer, Fault> {
        self.get_within(url, None).await
    }

    async fn get_within(&mut self, url: &str, session: Option<&str>) -> Result<Answer, Fault> {
        match tokio::time::timeout_at(self.end, self.client.get(url, session)).await {
            Ok(answer) => answer,
            Err(_) => Err(Fault::OutOfTime),
        }
    }

    async fn front(&mut self, front: &Front, base: &str) {
        let chain = self.chain;
        let nodes: Vec<&Node> = front.servers.iter().filter_map(|local| chain.node(local)).collect();
        let webs: Vec<&Node> = nodes.iter().copied().filter(|node| node.is(Role::Web) || node.is(Role::Page)).collect();
        let turns = self.web_servers(&webs, base).await;
        let first = turns.answers.values().next();
        let reached = match (&turns.fault, first) {
            (_, Some(answer)) => Ok(Hop::good(INTERNET, &front.name, answer.ms)),
            (Some(fault @ (Fault::Unreached { .. } | Fault::Refused { .. } | Fault::OutOfTime)), None) => {
                Err(fault.clone())
            }
            // What answers nothing of ours has nevertheless been reached; a page that is all there is is asked for below.
            (_, None) => Ok(Hop { ms: None, ..Hop::good(INTERNET, &front.name, 0) }),
        };
        match reached {
            Ok(hop) => self.hops.push(hop),
            Err(fault) => {
                self.hops.push(Hop::bad(INTERNET, &front.name, fault));
                self.untried_behind(front);
                return;
            }
        }
        for node in &webs {
            // A server that has the floating address itself was reached already.
            if node.local == front.name && turns.answers.contains_key(&node.local) {
                continue;
            }
            self.hops.push(match (turns.answers.get(&node.local), &turns.fault) {
                (Some(answer), _) => Hop::good(&front.name, &node.local, answer.ms),
                (None, Some(fault)) if turns.answers.is_empty() => Hop::bad(&front.name, &node.local, fault.clone()),
                (None, _) => Hop::bad(&front.name, &node.local, Fault::Unseen { requests: turns.requests }),
            });
        }
        let seen: Vec<&Node> = webs.iter().copied().filter(|node| turns.answers.contains_key(&node.local)).collect();
        self.behind(front, &webs, &seen, base, |node| &node.applications, "was").await;
        self.sessions(&seen, base).await;
        self.behind(front, &webs, &seen, base, |node| &node.gateways, "gw").await;
        self.pages(&webs, &seen, base).await;
        self.page(front, base).await;
    }

    /// Each web server by itself.
    async fn web_servers(&mut self, webs: &[&Node], base: &str) -> Turns {
        let (chain, url) = (self.chain, format!("{base}/gureum/web"));
        let mut turns = Turns { answers: BTreeMap::new(), requests: 0, fault: None };
        let most = bound(webs.len());
        while turns.requests < most && (turns.answers.len() < webs.len() || turns.requests == 0) {
            turns.requests += 1;
            match self.get(&url).await {
                Ok(answer) => match web(&answer, chain) {
                    Ok(node) if webs.iter().any(|one| one.local == node.local) => {
                        turns.answers.entry(node.local.clone()).or_insert(answer);
                    }
                    Ok(node) => turns.fault = Some(Fault::Odd { words: format!("X-Gureum-Web: {}", node.local) }),
                    Err(fault) => turns.fault = Some(fault),
                },
                Err(Fault::OutOfTime) => {
                    turns.fault = Some(Fault::OutOfTime);
                    break;
                }
                Err(fault) => {
                    let tries = match &fault {
                        Fault::Unreached { .. } => UNREACHED_TRIES,
                        Fault::Silent { .. } => SILENT_TRIES,
                        _ => most,
                    };
                    turns.fault = Some(fault);
                    if turns.answers.is_empty() && turns.requests >= tries {
                        break;
                    }
                }
            }
            if webs.is_empty() {
                break;
            }
        }
        turns
    }

    /// Asks the same through each of these web servers.
    async fn through(&mut self, webs: &[&Node], url: &str) -> Turns {
        let mut turns = Turns { answers: BTreeMap::new(), requests: 0, fault: None };
        while turns.answers.len() < webs.len() && turns.requests < bound(webs.len()) {
            turns.requests += 1;
            match self.get(url).await {
                Ok(answer) => match answer.web.clone().filter(|web| webs.iter().any(|node| node.local == *web)) {
                    Some(web) => _ = turns.answers.insert(web, answer),
                    None => {
                        turns.fault = Some(Fault::Status { status: answer.status, words: beginning(&answer.body) });
                    }
                },
                Err(Fault::OutOfTime) => {
                    turns.fault = Some(Fault::OutOfTime);
                    break;
                }
                Err(fault) => turns.fault = Some(fault),
            }
        }
        turns
    }

    /// Each application server or gateway through each web server that was seen, and what it says of the rest.
    async fn behind(
        &mut self,
        front: &Front,
        webs: &[&Node],
        seen: &[&Node],
        base: &str,
        targets: impl Fn(&Node) -> &Vec<String>,
        path: &str,
    ) {
        let chain = self.chain;
        let mut locals: Vec<&String> = webs.iter().flat_map(|node| targets(node)).collect();
        locals.sort();
        locals.dedup();
        for local in locals {
            let through: Vec<&Node> = seen.iter().copied().filter(|node| targets(node).contains(local)).collect();
            for missing in webs.iter().filter(|node| targets(node).contains(local)) {
                if through.iter().all(|node| node.local != missing.local) {
                    let because = format!("{} → {}", front.name, missing.local);
                    self.hops.push(Hop::bad(&missing.local, local, Fault::Untried { because }));
                }
            }
            let turns = self.through(&through, &format!("{base}/gureum/{path}/{local}/")).await;
            let mut told: BTreeMap<(String, String), Hop> = BTreeMap::new();
            for node in &through {
                let answer = turns
                    .answers
                    .get(&node.local)
                    .ok_or_else(|| turns.fault.clone().unwrap_or(Fault::Unseen { requests: turns.requests }));
                let checked = answer.and_then(|answer| {
                    let check = self_check(answer, chain)?;
                    // A gateway passes the question on to an application server, which gives its own name.
                    let expected = chain.node(local).is_some_and(|node| node.is(Role::Gateway));
                    if check.was != *local && !expected {
                        return Err(Fault::Odd { words: format!("{} answers", beginning(&check.was)) });
                    }
                    Ok((answer, check))
                });
                match checked {
                    Ok((answer, check)) => {
                        self.hops.push(Hop::good(&node.local, local, answer.ms));
                        let speaker = chain.node(&check.was);
                        for hop in speaker.iter().flat_map(|it| dependencies(it, &check, answer.status, chain)) {
                            keep(&mut told, hop);
                        }
                    }
                    Err(fault) => self.hops.push(Hop::bad(&node.local, local, fault)),
                }
            }
            self.tell(told);
        }
    }

    /// One session through all application servers in turn, where it lives in a cache that they share. An application server that does
    /// not answer was told of already; where each keeps its own sessions there is nothing to see.
    async fn sessions(&mut self, seen: &[&Node], base: &str) {
        let chain = self.chain;
        let caching = |local: &&String| chain.node(local).is_some_and(|node| node.depends_on.contains(&Role::Cache));
        let mut locals: Vec<&String> = seen.iter().flat_map(|node| &node.applications).filter(caching).collect();
        locals.sort();
        locals.dedup();
        if locals.len() < 2 {
            return;
        }
        let mut last: Option<(Session, String)> = None;
        for local in locals {
            let url = format!("{base}/gureum/was/{local}/?session");
            let cookie = last.as_ref().map(|(_, cookie)| cookie.as_str());
            let Ok(answer) = self.get_within(&url, cookie).await else { continue };
            let Ok(check) = self_check(&answer, chain) else { continue };
            let Some(session) = check.session.filter(|session| session.shared) else { continue };
            let fault = session_fault(&session, last.as_ref().map(|(before, _)| before));
            self.hops.push(Hop { fault, ..Hop::good(local, SESSION, answer.ms) });
            let cookie = answer.session.or_else(|| last.as_ref().map(|(_, cookie)| cookie.clone()));
            last = cookie.map(|cookie| (session, cookie));
        }
    }

    /// The pages that web servers make themselves, and what those say of the rest.
    async fn pages(&mut self, webs: &[&Node], seen: &[&Node], base: &str) {
        let chain = self.chain;
        let pages: Vec<&Node> = seen.iter().copied().filter(|node| node.is(Role::Page)).collect();
        if pages.is_empty() || webs.is_empty() {
            return;
        }
        let turns = self.through(&pages, &format!("{base}/gureum/page")).await;
        let mut told = BTreeMap::new();
        for node in pages {
            let answer = turns
                .answers
                .get(&node.local)
                .ok_or_else(|| turns.fault.clone().unwrap_or(Fault::Unseen { requests: turns.requests }));
            match answer.and_then(|answer| Ok((answer, self_check(answer, chain)?))) {
                Ok((answer, check)) => {
                    self.hops.push(Hop::good(&node.local, "page", answer.ms));
                    for hop in dependencies(node, &check, answer.status, chain) {
                        keep(&mut told, hop);
                    }
                }
                Err(fault) => self.hops.push(Hop::bad(&node.local, "page", fault)),
            }
        }
        self.tell(told);
    }

    /// The page that people see.
    async fn page(&mut self, front: &Front, base: &str) {
        let hop = match self.get(&format!("{base}{PAGE}")).await {
            Ok(answer) if answer.status < 400 => Hop::good(&front.name, PAGE, answer.ms),
            Ok(answer) => {
                let words = beginning(&answer.body);
                Hop::bad(&front.name, PAGE, Fault::Status { status: answer.status, words })
            }
            Err(fault) => Hop::bad(&front.name, PAGE, fault),
        };
        self.hops.push(hop);
    }

    /// What stands behind an address that gave nothing.
    fn untried_behind(&mut self, front: &Front) {
        let because = format!("{INTERNET} → {}", front.name);
        for local in front.servers.iter().filter(|local| **local != front.name) {
            self.hops.push(Hop::bad(&front.name, local, Fault::Untried { because: because.clone() }));
        }
    }

    /// What was told of the rest; several servers, and each through several others, may have told the same.
    fn tell(&mut self, told: BTreeMap<(String, String), Hop>) {
        for hop in told.into_values() {
            match self.hops.iter_mut().find(|one| (&one.from, &one.to) == (&hop.from, &hop.to)) {
                Some(one) if one.fault.is_none() => *one = hop,
                Some(_) => {}
                None => self.hops.push(hop),
            }
        }
    }
}

/// What is wrong with a session that should be the next visit of the one before.
fn session_fault(session: &Session, before: Option<&Session>) -> Option<Fault> {
    if !session.words.is_empty() {
        return Some(Fault::Down { words: beginning(&session.words) });
    }
    let before = before?;
    let goes_on = session.id == before.id && session.visits == before.visits + 1;
    let visit = |session: &Session| format!("visit {} of {}", session.visits, beginning(&session.id));
    (!goes_on).then(|| Fault::Odd { words: format!("{} after {}", visit(session), visit(before)) })
}

/// A fault outweighs an answer: it was there at least once.
fn keep(told: &mut BTreeMap<(String, String), Hop>, hop: Hop) {
    let key = (hop.from.clone(), hop.to.clone());
    match told.get(&key) {
        Some(before) if before.fault.is_some() => {}
        _ => _ = told.insert(key, hop),
    }
}
