//! A small cloud behind the drivers' doors, in virtual time, that can be told to misbehave.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use crate::cloud::{CloudError, Refusal, Statistics};
use crate::driver::{Created, Gone, Progress, REPORT, ReadyChange, ReadyItem, Waiting};
use crate::execute::hands::{Hands, Polled};
use crate::kind::{Kind, Settles};
use crate::model::{Address, Properties, Service};
use crate::runtime::{Clock, VirtualClock};
use crate::snapshot::{Observed, Status};

/// How it misbehaves.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The answer is this refusal.
    Refuse(u16, &'static str),
    /// Nothing was done, and no answer came.
    LostBefore,
    /// It was done, and no answer came.
    LostAfter,
    /// No answer came, and it is done so many milliseconds later.
    Late(i64),
    /// What is made goes to ERROR.
    Error,
    /// The answer takes so many milliseconds longer.
    Slow(u64),
}

#[derive(Clone, Debug)]
struct Thing {
    kind: Kind,
    address: Address,
    properties: Properties,
    made_at: i64,
    ready_at: i64,
    error: bool,
    gone_at: Option<i64>,
    run: String,
}

#[derive(Default)]
struct Inside {
    things: BTreeMap<String, Thing>,
    faults: Vec<(String, Fault)>,
    log: Vec<(i64, String)>,
    /// Places that something is about to take: what is made there ends in ERROR.
    held: BTreeSet<Address>,
    /// What guests say, and how many milliseconds after they are waited for.
    guests: BTreeMap<Address, Vec<(i64, Status)>>,
    at_once: BTreeMap<Kind, usize>,
    most_at_once: BTreeMap<Kind, usize>,
}

/// The cloud.
pub struct Fake {
    clock: VirtualClock,
    run: Mutex<String>,
    begin: i64,
    inside: Mutex<Inside>,
    /// How many writes a service takes at once.
    pub at_once: AtomicUsize,
}

impl Fake {
    pub fn new() -> Arc<Self> {
        let clock = VirtualClock::starting_at(1_000_000);
        Arc::new(Self {
            begin: 1_000_000,
            clock,
            run: Mutex::new("r2".into()),
            inside: Mutex::default(),
            at_once: AtomicUsize::new(usize::MAX),
        })
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    /// The run that its next resources are of.
    pub fn set_run(&self, run: &str) {
        run.clone_into(&mut self.run.lock().expect("not poisoned"));
    }

    /// The next request with these words (`create server.web-1`) goes wrong.
    pub fn fault(&self, request: &str, fault: Fault) {
        self.inside.lock().expect("not poisoned").faults.push((request.to_owned(), fault));
    }

    /// What a guest says, each so many milliseconds after it was first waited for; nothing else.
    pub fn guest(&self, address: &str, says: &[(i64, Status)]) {
        let address = Address::parse(address).expect("an address");
        self.inside.lock().expect("not poisoned").guests.insert(address, says.to_vec());
    }

    /// Requests so far, each with the second it came in.
    pub fn log(&self) -> Vec<String> {
        let inside = self.inside.lock().expect("not poisoned");
        inside.log.iter().map(|(_, line)| line.clone()).collect()
    }

    /// When a request came in, in milliseconds from the beginning; every time.
    pub fn times(&self, request: &str) -> Vec<i64> {
        let inside = self.inside.lock().expect("not poisoned");
        inside.log.iter().filter(|(_, line)| line == request).map(|(at, _)| at - self.begin).collect()
    }

    pub fn most_at_once(&self, kind: Kind) -> usize {
        self.inside.lock().expect("not poisoned").most_at_once.get(&kind).copied().unwrap_or(0)
    }

    /// Everything that exists now or will, by address: how many of it.
    pub fn all(&self) -> BTreeMap<String, usize> {
        let mut all = BTreeMap::new();
        for thing in self.inside.lock().expect("not poisoned").things.values().filter(|it| it.gone_at.is_none()) {
            *all.entry(thing.address.to_string()).or_default() += 1;
        }
        all
    }

    /// Puts something there that another run made.
    pub fn plant(&self, address: &Address, kind: Kind, run: &str) -> String {
        let mut inside = self.inside.lock().expect("not poisoned");
        let id = format!("planted-{}", inside.things.len());
        let now = self.clock.now_ms();
        let thing = Thing {
            kind,
            address: address.clone(),
            properties: Properties::new(),
            made_at: now,
            ready_at: now,
            error: false,
            gone_at: None,
            run: run.into(),
        };
        inside.things.insert(id.clone(), thing);
        id
    }

    /// The same, but it is shown only so many milliseconds from now, and holds its place already.
    pub fn plant_late(&self, address: &Address, kind: Kind, run: &str, ms: i64) -> String {
        let id = self.plant(address, kind, run);
        let mut inside = self.inside.lock().expect("not poisoned");
        let thing = inside.things.get_mut(&id).expect("just planted");
        (thing.made_at, thing.ready_at) = (thing.made_at + ms, thing.ready_at + ms + 2_000);
        inside.held.insert(address.clone());
        id
    }

    /// Somebody else has deleted it.
    pub fn vanish(&self, id: &str) {
        let now = self.clock.now_ms();
        self.inside.lock().expect("not poisoned").things.get_mut(id).expect("it is there").gone_at = Some(now);
    }

    /// The ids of what stands at an address.
    pub fn ids(&self, address: &str) -> Vec<String> {
        let inside = self.inside.lock().expect("not poisoned");
        let there = inside.things.iter().filter(|(_, it)| it.address.as_str() == address && it.gone_at.is_none());
        there.map(|(id, _)| id.clone()).collect()
    }

    /// All of them as an observation shows them.
    pub fn observe(&self) -> Vec<Observed> {
        Kind::all().flat_map(|kind| self.shown(kind)).collect()
    }

    fn shown(&self, kind: Kind) -> Vec<Observed> {
        let now = self.clock.now_ms();
        let inside = self.inside.lock().expect("not poisoned");
        let there = inside.things.iter().filter(|(_, it)| it.kind == kind && it.exists(now));
        let show = |(id, it): (&String, &Thing)| Observed {
            kind,
            id: id.clone(),
            address: Some(it.address.clone()),
            properties: it.properties.clone(),
            status: it.status(now),
            bears_data: false,
            created_at: Some(it.made_at.to_string()),
            run: (kind == Kind::Server).then(|| it.run.clone()),
            outputs: BTreeMap::new(),
        };
        there.map(show).collect()
    }

    /// How a guest is doing: the last that it has said by now, as the real driver tells it.
    fn said(&self, waiting: &Waiting) -> Progress {
        let inside = self.inside.lock().expect("not poisoned");
        let since = self.clock.now_ms() - inside.things.get(&waiting.id).map_or(0, |it| it.made_at);
        let said = inside.guests.get(&waiting.address).map_or(&[][..], Vec::as_slice);
        let so_far = said.iter().take_while(|(at, _)| *at <= since).count();
        match so_far.checked_sub(1) {
            None => Progress::There(Status::Pending("silent".into()), BTreeMap::new()),
            Some(last) => {
                Progress::There(said[last].1.clone(), BTreeMap::from([(REPORT.to_owned(), so_far.to_string())]))
            }
        }
    }

    async fn arrive(&self, request: &str, kind: Kind, addresses: &[&Address]) -> Option<Fault> {
        let fault = {
            let mut inside = self.inside.lock().expect("not poisoned");
            inside.log.push((self.clock.now_ms(), request.to_owned()));
            let names = |(of, _): &(String, Fault)| {
                let operation = request.split(' ').next().unwrap_or_default();
                addresses.iter().any(|address| *of == format!("{operation} {address}"))
            };
            let found = inside.faults.iter().position(names);
            let now = inside.at_once.entry(kind).or_default();
            *now += 1;
            let now = *now;
            let most = inside.most_at_once.entry(kind).or_default();
            *most = now.max(*most);
            found.map(|index| inside.faults.remove(index).1)
        };
        let slow = if let Some(Fault::Slow(ms)) = fault { ms } else { 0 };
        self.clock.sleep(Duration::from_millis(100 + slow)).await;
        *self.inside.lock().expect("not poisoned").at_once.entry(kind).or_default() -= 1;
        fault
    }
}

impl Thing {
    fn exists(&self, now: i64) -> bool {
        self.made_at <= now && self.gone_at.is_none_or(|at| at > now)
    }

    fn status(&self, now: i64) -> Status {
        match (self.error, now >= self.ready_at) {
            (_, false) => Status::Pending("BUILD".into()),
            (true, true) => Status::Failed("No valid host was found.".into()),
            (false, true) => Status::Ready,
        }
    }
}

fn lost() -> CloudError {
    CloudError::Lost { request: "POST /x".into(), why: "connection reset".into() }
}

fn refused(status: u16, code: &str) -> CloudError {
    let (request, message) = ("POST /x".into(), format!("refused with {status}"));
    CloudError::Refused(Refusal { request, status, code: code.into(), message, request_id: None, retry_after: None })
}

#[async_trait]
impl Hands for Fake {
    async fn create(&self, kind: Kind, _: &[Observed], items: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let addresses: Vec<&Address> = items.iter().map(|item| &item.address).collect();
        let words: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let fault = self.arrive(&format!("create {}", words.join(" ")), kind, &addresses).await;
        let now = self.clock.now_ms();
        let mut made_at = now;
        match fault {
            Some(Fault::Refuse(status, code)) => return Err(refused(status, code)),
            Some(Fault::LostBefore) => return Err(lost()),
            Some(Fault::Late(ms)) => made_at += ms,
            _ => {}
        }
        let mut inside = self.inside.lock().expect("not poisoned");
        let run = self.run.lock().expect("not poisoned").clone();
        let mut created = Vec::new();
        for item in items {
            for value in item.properties.values() {
                assert!(value.references().is_empty(), "{}: {value:?} is not filled in", item.address);
            }
            let there = inside.things.iter().find(|(_, it)| it.address == item.address && it.exists(now));
            let (id, adopted) = match there {
                Some((id, _)) if !kind.spec().can_act_twice && !inside.held.contains(&item.address) => {
                    (id.clone(), true)
                }
                _ => (format!("{}#{}", item.address, inside.things.len()), false),
            };
            let later = kind.spec().settles != Settles::AtOnce;
            let takes = if later { i64::try_from(kind.spec().typical_ms).expect("small") } else { 0 };
            if !adopted {
                let thing = Thing {
                    kind,
                    address: item.address.clone(),
                    properties: item.properties.clone(),
                    made_at,
                    ready_at: made_at + takes,
                    error: matches!(fault, Some(Fault::Error)) || inside.held.contains(&item.address),
                    gone_at: None,
                    run: run.clone(),
                };
                inside.things.insert(id.clone(), thing);
            }
            created.push(Created {
                address: item.address.clone(),
                status: inside.things[&id].status(now),
                id,
                outputs: BTreeMap::new(),
                brought: BTreeMap::new(),
                request_id: Some("req-1".into()),
                adopted,
            });
        }
        if matches!(fault, Some(Fault::LostAfter | Fault::Late(_))) { Err(lost()) } else { Ok(created) }
    }

    async fn update(&self, kind: Kind, _: &[Observed], change: &ReadyChange) -> Result<(), CloudError> {
        match self.arrive(&format!("update {}", change.address), kind, &[&change.address]).await {
            Some(Fault::Refuse(status, code)) => Err(refused(status, code)),
            Some(Fault::LostBefore | Fault::LostAfter) => Err(lost()),
            _ => Ok(()),
        }
    }

    async fn delete(&self, kind: Kind, _: &[Observed], id: &str, _: &Properties) -> Result<Gone, CloudError> {
        let address = self.inside.lock().expect("not poisoned").things.get(id).map(|it| it.address.clone());
        let address = address.unwrap_or_else(|| Address::new("unknown", "x"));
        match self.arrive(&format!("delete {address}"), kind, &[&address]).await {
            Some(Fault::Refuse(status, code)) => return Err(refused(status, code)),
            Some(Fault::LostBefore) => return Err(lost()),
            _ => {}
        }
        let now = self.clock.now_ms();
        let later = kind.spec().settles != Settles::AtOnce;
        if let Some(thing) = self.inside.lock().expect("not poisoned").things.get_mut(id) {
            thing.gone_at = Some(if later { now + 1_000 } else { now });
        }
        Ok(if later { Gone::Later } else { Gone::Now })
    }

    /// Children are found by their parents, as with the real drivers.
    async fn list(&self, kind: Kind, known: &[Observed]) -> Result<Vec<Observed>, CloudError> {
        let fault = self.arrive(&format!("list {kind}"), kind, &[&Address::new("kind", kind.spec().word)]).await;
        if let Some(Fault::Refuse(status, code)) = fault {
            return Err(refused(status, code));
        }
        let parent_known = |it: &Observed| match it.address.as_ref().and_then(Address::parent) {
            Some(parent) => known.iter().any(|other| other.address.as_ref() == Some(&parent)),
            None => true,
        };
        Ok(self.shown(kind).into_iter().filter(parent_known).collect())
    }

    async fn progress(&self, kind: Kind, _: &[Observed], waiting: &[Waiting]) -> Result<Polled, CloudError> {
        if let Some(Fault::Refuse(status, code)) =
            self.arrive(&format!("progress {kind}"), kind, &[&Address::new("kind", kind.spec().word)]).await
        {
            return Err(refused(status, code));
        }
        let shown = self.shown(kind);
        if kind == Kind::Guest {
            return Ok((waiting.iter().map(|it| (it.address.clone(), self.said(it))).collect(), Vec::new()));
        }
        let of = |it: &Waiting| match shown.iter().find(|other| other.id == it.id) {
            Some(other) => Progress::There(other.status.clone(), BTreeMap::new()),
            None => Progress::Gone,
        };
        let answer = waiting.iter().map(|it| (it.address.clone(), of(it))).collect();
        let asked: BTreeSet<&str> = waiting.iter().map(|it| it.id.as_str()).collect();
        Ok((answer, shown.iter().filter(|it| !asked.contains(it.id.as_str())).cloned().collect()))
    }

    async fn last_words(&self, _: &[Observed], waiting: &Waiting) -> Option<String> {
        self.arrive(&format!("console {}", waiting.address), waiting.kind, &[&waiting.address]).await;
        Some("login:".into())
    }

    fn at_once(&self, _: Service) -> usize {
        self.at_once.load(Ordering::Relaxed)
    }

    fn statistics(&self) -> Statistics {
        Statistics::default()
    }
}
