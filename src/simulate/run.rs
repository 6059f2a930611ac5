//! The whole of deploy and destroy as the command line does them, without terminal and files: doubts, what the last run was
//! told, observation, plan, its linter, execution.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::blueprint::{self, Inputs};
use crate::cloud::{Cloud, CloudError};
use crate::desired;
use crate::driver;
use crate::event::{CommandWord, Known, OutcomeWord, Started, State};
use crate::execute::{self, Settings, SettleError, Settling, Stop, Summary, World};
use crate::journal::{Journal, JournalError, Memory};
use crate::model::{Diagnostics, EnvironmentKey, EnvironmentName, Secrets};
use crate::observe::{self, Wanted};
use crate::plan::{self, DeployOptions, Plan};
use crate::runtime::{Clock, CountingIds, Ids};
use crate::snapshot::Snapshot;

use super::journal::{AtAppend, Mortal};
use super::life::{Kill, Life};
use super::site::Site;
use super::transport::Simulated;

/// Which use case, and by which name.
#[derive(Clone, Debug)]
pub struct Usecase {
    inputs: Inputs,
}

impl Usecase {
    /// With its defaults, named for its id.
    pub fn new(id: &str) -> Self {
        Self::with(Inputs { usecase: id.to_owned(), ..Inputs::default() })
    }

    /// With these inputs.
    pub fn with(inputs: Inputs) -> Self {
        Self { inputs }
    }

    /// The environment's name.
    ///
    /// # Panics
    /// Where the use case's id is no name: no built-in one's is not.
    pub fn name(&self) -> EnvironmentName {
        let name = self.inputs.name.clone();
        name.unwrap_or_else(|| EnvironmentName::parse(&self.inputs.usecase).expect("ids of use cases are names"))
    }
}

/// How a process of this machine ends, if not by itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process {
    /// At a request.
    pub kill: Option<Kill>,
    /// At a write of its journal.
    pub append: Option<AtAppend>,
}

/// An operator's machine: its journal survives every process.
pub struct Machine {
    /// The cloud that it uses.
    pub site: Arc<Site>,
    /// Its journal.
    pub journal: Arc<Memory>,
    /// What it deploys.
    pub usecase: Usecase,
    /// The bounds of its patience.
    pub settings: Settings,
    /// The operator's hand on Ctrl-C.
    pub stop: watch::Sender<Stop>,
    ids: Arc<CountingIds>,
}

/// A run that came to its own end.
#[derive(Debug)]
pub struct Ran {
    /// What was to be done.
    pub plan: Plan,
    /// How it went; `None` where nothing was to be done.
    pub summary: Option<Summary>,
}

/// What stops a run before its first write.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// What an earlier run left in doubt cannot be settled.
    #[error(transparent)]
    Settle(#[from] SettleError),
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The cloud does not answer.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// What the user says cannot be.
    #[error("{0}")]
    Inputs(Diagnostics),
    /// The journal or the plan does not serialise.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The linter does not let the plan pass.
    #[error("the plan is faulty: {0:?}")]
    Faulty(Vec<String>),
    /// The cloud has no room.
    #[error("refused: {0:?}")]
    Refused(Vec<String>),
}

/// One process, connected.
struct Session {
    cloud: Arc<Cloud>,
    journal: Arc<dyn Journal>,
    key: EnvironmentKey,
    run: String,
}

impl Machine {
    /// A machine without history.
    pub fn new(site: Arc<Site>, usecase: Usecase) -> Self {
        Self::after(site, usecase, Memory::new())
    }

    /// A machine with this history.
    pub fn after(site: Arc<Site>, usecase: Usecase, journal: Memory) -> Self {
        let (journal, settings, ids) = (Arc::new(journal), Settings::default(), Arc::new(CountingIds::default()));
        Self { site, journal, usecase, settings, stop: watch::channel(Stop::Run).0, ids }
    }

    /// Another operator's machine on the same cloud, without history.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { ids: Arc::clone(&self.ids), ..Self::new(Arc::clone(&self.site), self.usecase.clone()) }
    }

    /// The same, told otherwise.
    #[must_use]
    pub fn with(self, usecase: Usecase) -> Self {
        Self { usecase, ..self }
    }

    /// Deploys; `None` if the process was ended.
    pub async fn deploy(&self, process: Process) -> Option<Result<Ran, RunError>> {
        self.live(process, async |session| self.deploying(session).await).await
    }

    /// Destroys, data too; `None` if the process was ended.
    pub async fn destroy(&self, process: Process) -> Option<Result<Ran, RunError>> {
        self.live(process, async |session| self.destroying(session).await).await
    }

    /// What of the environment a newcomer sees, who has no journal.
    pub async fn look(&self) -> Result<Snapshot, RunError> {
        let seen = self.live(Process::default(), async |session| {
            let wanted = Wanted { quotas: false, availability_zones: false };
            Ok(observe::observe(
                &session.cloud,
                &session.key,
                &session.run,
                &Known::default(),
                &Secrets::default(),
                wanted,
            )
            .await?)
        });
        seen.await.unwrap_or_else(|| unreachable!("nothing ends this process"))
    }

    async fn live<T>(
        &self,
        process: Process,
        work: impl AsyncFnOnce(Session) -> Result<T, RunError>,
    ) -> Option<Result<T, RunError>> {
        let life = Arc::new(Life::default());
        let done = {
            let work = Box::pin(async {
                let session = self.connect(&life, process).await?;
                work(session).await
            });
            first(work, life.ended()).await
        };
        if done.is_none() {
            // Its tasks end with it.
            tokio::task::yield_now().await;
        }
        done
    }

    async fn connect(&self, life: &Arc<Life>, process: Process) -> Result<Session, RunError> {
        let api = Arc::new(Simulated::new(Arc::clone(&self.site), Arc::clone(life), process.kill));
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (self.site.clock(), Arc::clone(&self.ids) as Arc<dyn Ids>);
        let run = ids.run_id(clock.now_ms());
        let cloud = Arc::new(Cloud::connect(api, clock, ids, Simulated::config()).await?);
        let key = EnvironmentKey {
            project_id: cloud.project_id().to_owned(),
            region: cloud.region().to_owned(),
            name: self.usecase.name(),
        };
        let journal =
            Arc::new(Mortal::new(Arc::clone(&self.journal) as Arc<dyn Journal>, Arc::clone(life), process.append));
        Ok(Session { cloud, journal, key, run })
    }

    async fn deploying(&self, session: Session) -> Result<Ran, RunError> {
        let secrets = Arc::new(session.journal.secrets().await?);
        let state = self.settle(&session, CommandWord::Deploy, &secrets).await?;
        let recorded = state.last_deploy().and_then(|started| started.inputs.clone()).map(serde_json::from_value);
        let inputs: Inputs = recorded.transpose()?.unwrap_or_default();
        let inputs = inputs.merged(self.usecase.inputs.clone());
        let text = blueprint::builtin().into_iter().find(|(id, _)| *id == inputs.usecase).map_or("", |(_, text)| text);
        let (blueprint, _) = blueprint::parse(text, &inputs.usecase).map_err(RunError::Inputs)?;
        blueprint::check_inputs(&blueprint, &inputs).or(()).map_err(RunError::Inputs)?;
        let known = Known { fingerprints: secrets.fingerprints(), ..state.known() };
        let wanted = Wanted::before_deploy(&known, inputs.settings.availability_zone.is_some());
        let mut snapshot =
            observe::observe(&session.cloud, &session.key, &session.run, &known, &secrets, wanted).await?;
        let planned = |snapshot: &Snapshot| {
            let desired =
                desired::desired(&blueprint, &inputs, &session.key, &snapshot.facts).map_err(RunError::Inputs)?;
            linted(plan::deploy(&desired, snapshot, &known, &DeployOptions::default()))
        };
        let mut plan = planned(&snapshot)?;
        if !wanted.quotas && plan.creates() {
            snapshot.facts.quotas = observe::quotas(&session.cloud, &snapshot).await?;
            plan = planned(&snapshot)?;
        }
        if !plan.preflight.faults.is_empty() {
            return Err(RunError::Refused(plan.preflight.faults.iter().map(ToString::to_string).collect()));
        }
        let secrets = Arc::new(execute::secrets_for(&plan, &*session.journal, &*self.ids).await?);
        let started = Started {
            command: CommandWord::Deploy,
            inputs: Some(serde_json::to_value(&inputs)?),
            blueprint: Some(text.to_owned()),
            plan_digest: plan.digest()?,
            steps: plan.steps.len(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        self.carry_out(session, plan, snapshot, started, &state, secrets).await
    }

    async fn destroying(&self, session: Session) -> Result<Ran, RunError> {
        let secrets = Arc::new(session.journal.secrets().await?);
        let state = self.settle(&session, CommandWord::Destroy, &secrets).await?;
        let journal = Arc::clone(&session.journal);
        let wanted = Wanted { quotas: false, availability_zones: false };
        let snapshot =
            observe::observe(&session.cloud, &session.key, &session.run, &state.known(), &secrets, wanted).await?;
        let plan = linted(plan::destroy(&snapshot, &state.known(), true))?;
        let started = Started {
            command: CommandWord::Destroy,
            inputs: None,
            blueprint: None,
            plan_digest: plan.digest()?,
            steps: plan.steps.len(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let ran = self.carry_out(session, plan, snapshot, started, &state, secrets).await?;
        let done = ran.summary.as_ref().is_none_or(|summary| summary.outcome == OutcomeWord::Done);
        if done && ran.plan.kept.is_empty() && !journal.secrets().await?.is_empty() {
            journal.forget_secrets().await?;
        }
        Ok(ran)
    }

    async fn settle(&self, session: &Session, command: CommandWord, secrets: &Arc<Secrets>) -> Result<State, RunError> {
        let settling = Settling {
            cloud: Arc::clone(&session.cloud),
            drivers: driver::of,
            environment: session.key.clone(),
            journal: Arc::clone(&session.journal),
            clock: self.site.clock(),
            settings: self.settings.clone(),
            secrets: Arc::clone(secrets),
            run: session.run.clone(),
            command,
            display: mpsc::unbounded_channel().0,
            stop: self.stop.subscribe(),
        };
        Ok(execute::settle_doubts(settling).await?)
    }

    async fn carry_out(
        &self,
        session: Session,
        plan: Plan,
        snapshot: Snapshot,
        started: Started,
        state: &State,
        secrets: Arc<Secrets>,
    ) -> Result<Ran, RunError> {
        if plan.steps.is_empty() {
            let (clock, run) = (self.site.clock(), &session.run);
            let services = session.cloud.services();
            execute::reconcile(&plan, &snapshot.resources, &services, &*session.journal, &*clock, run).await?;
            return Ok(Ran { plan, summary: None });
        }
        let world = World {
            cloud: session.cloud,
            drivers: driver::of,
            journal: session.journal,
            clock: self.site.clock(),
            ids: Arc::clone(&self.ids) as Arc<dyn Ids>,
            secrets,
            run: session.run,
            started,
            observed: snapshot.resources,
            durations: state.durations(),
            settings: self.settings.clone(),
            verifier: None,
            display: mpsc::unbounded_channel().0,
            stop: self.stop.subscribe(),
        };
        let summary = Some(execute::execute(&plan, world).await);
        Ok(Ran { plan, summary })
    }
}

/// The work's result, unless the other comes first.
async fn first<T>(work: impl Future<Output = T>, end: impl Future<Output = ()>) -> Option<T> {
    tokio::select! {
        biased;
        () = end => None,
        done = work => Some(done),
    }
}

fn linted(plan: Plan) -> Result<Plan, RunError> {
    match plan::check(&plan) {
        faults if faults.is_empty() => Ok(plan),
        faults => Err(RunError::Faulty(faults)),
    }
}
