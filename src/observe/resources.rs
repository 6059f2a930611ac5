//! What of the environment exists: everything that its own mark shows, then what its parents show, then what the journal knows
//! and no list showed.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;

use crate::cloud::{Cloud, CloudError};
use crate::driver::{self, Driver, Scope};
use crate::event::Known;
use crate::kind::{Kind, Mark};
use crate::model::{Address, EnvironmentKey, Properties, Secrets, Value};
use crate::snapshot::Observed;

/// How many levels of resources refer to each other for their addresses: a member to its pool to its load balancer.
const LEVELS: usize = 3;

struct Search<'a> {
    cloud: &'a Cloud,
    environment: &'a EnvironmentKey,
    run: &'a str,
    known: &'a Known,
    secrets: &'a Secrets,
    found: Vec<Observed>,
}

/// Every resource of the environment, sorted by kind, address and id.
pub(super) async fn resources(
    cloud: &Cloud,
    environment: &EnvironmentKey,
    run: &str,
    known: &Known,
    secrets: &Secrets,
) -> Result<Vec<Observed>, CloudError> {
    let services = cloud.services();
    let mut search = Search { cloud, environment, run, known, secrets, found: Vec::new() };
    let there = driver::table().iter().filter(|driver| services.contains(&driver.kind().spec().service));
    let (children, marked): (Vec<&dyn Driver>, Vec<_>) =
        there.copied().partition(|driver| driver.kind().spec().mark == Mark::Parent);
    search.level(&marked).await?;
    search.level(&children).await?;
    let mut found = search.found;
    found.sort_by(|a, b| (a.kind, &a.address, &a.id).cmp(&(b.kind, &b.address, &b.id)));
    Ok(found)
}

impl Search<'_> {
    fn scope<'a>(&'a self, found: &'a [Observed]) -> Scope<'a> {
        Scope { environment: self.environment, run: self.run, known: found, secrets: self.secrets }
    }

    /// All lists of these drivers at once, then what they did not show, then all addresses.
    async fn level(&mut self, drivers: &[&dyn Driver]) -> Result<(), CloudError> {
        let scope = self.scope(&self.found);
        let lists = try_join_all(drivers.iter().map(|driver| driver.list(self.cloud, scope))).await?;
        self.found.extend(lists.into_iter().flatten());
        let kinds: BTreeSet<Kind> = drivers.iter().map(|driver| driver.kind()).collect();
        let missed = self.missed(&kinds).await?;
        self.found.extend(missed);
        self.place();
        Ok(())
    }

    /// What the journal knows of these kinds and no list showed: by id.
    async fn missed(&self, kinds: &BTreeSet<Kind>) -> Result<Vec<Observed>, CloudError> {
        let shown: BTreeSet<&str> = self.found.iter().map(|observed| observed.id.as_str()).collect();
        let missed = self
            .known
            .ids
            .iter()
            .filter(|(_, known)| kinds.contains(&known.kind) && !shown.contains(known.id.as_str()));
        let gets = missed.filter_map(|(address, known)| Some((known, self.way(address, known.kind)?)));
        let found = try_join_all(gets.map(|(known, way)| async move {
            driver::of(known.kind).get(self.cloud, self.scope(&self.found), &known.id, &way).await
        }))
        .await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The properties that lead to a resource's parent, where there is one; `None` if the parent is not known, and so gone.
    fn way(&self, address: &Address, kind: Kind) -> Option<Properties> {
        let Some(property) = kind.spec().parent else { return Some(Properties::new()) };
        let parent = address.parent()?;
        let id =
            self.found.iter().find(|observed| observed.address.as_ref() == Some(&parent)).map(|observed| &observed.id);
        let id = id.or_else(|| self.known.ids.get(&parent).map(|known| &known.id))?;
        Some(Properties::from([(property.to_owned(), Value::from(id.as_str()))]))
    }

    /// Addresses, from keys and from the journal, which is right where they differ; until those that others need are there.
    fn place(&mut self) {
        let journal: BTreeMap<(Kind, &str), &Address> =
            self.known.ids.iter().map(|(address, known)| ((known.kind, known.id.as_str()), address)).collect();
        for _ in 0..LEVELS {
            let before = self.found.clone();
            let scope = Scope { environment: self.environment, run: self.run, known: &before, secrets: self.secrets };
            for observed in &mut self.found {
                driver::of(observed.kind).place(scope, observed);
                if let Some(address) = journal.get(&(observed.kind, observed.id.as_str())) {
                    observed.address = Some((*address).clone());
                }
            }
            if before == self.found {
                break;
            }
        }
    }
}
