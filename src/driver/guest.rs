//! Guests: nothing is sent to make one; it is a server's own word that its first boot has ended. All of an environment's guests report into
//! one container, so that one listing tells of all; where a cloud has no object store, each on its console.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::try_join_all;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::kind::{Kind, SIGNALS_KEY, guest_id, guest_server_id};
use crate::model::{Address, GuestReport, Properties, SecretName, Service, Value};
use crate::snapshot::{Observed, Status};

use super::container::{self, TEMP_URL_KEY, contents, remove};
use super::guest_report::{last_lines, of_object, shown, status};
use super::json::{text, text_of};
use super::marked::found;
use super::{Created, Driver, Gone, Progress, ReadyItem, Scope, Waiting, place};

pub(super) struct Guest;

/// A guest's output: the number of its last report.
pub const REPORT: &str = "report";
/// Output: the number of a report that counts no more, because it told of an earlier failure.
const PASSED: &str = "passed";
/// What a guest is that has not said anything.
const SILENT: &str = "silent";
/// Consoles that are read at the same time.
const AT_ONCE: usize = 8;
/// Lines of a console that are shown of a guest that fell silent.
const LINES: usize = 20;

/// The servers that there are, by their ids: the local name of each.
fn servers(scope: Scope<'_>) -> BTreeMap<&str, &str> {
    let servers = scope.known.iter().filter(|it| it.kind == Kind::Server);
    servers.filter_map(|it| Some((it.id.as_str(), it.address.as_ref()?.local()))).collect()
}

fn observed(
    server_id: &str,
    server: &str,
    report: &GuestReport,
    words: Option<String>,
    container: Option<&str>,
) -> Observed {
    let mut properties = Properties::from([
        ("server_id".to_owned(), Value::from(server_id)),
        ("server".to_owned(), Value::from(server)),
    ]);
    // Its report is kept as long as it is: what refers to something keeps it.
    properties.extend(container.map(|name| ("container".to_owned(), Value::from(name))));
    Observed {
        kind: Kind::Guest,
        id: guest_id(server_id),
        address: None,
        properties,
        status: status(report, words),
        bears_data: false,
        created_at: None,
        run: None,
        outputs: BTreeMap::from([(REPORT.to_owned(), report.number.to_string())]),
    }
}

/// Every report, by the name of its object. A container whose key is not ours takes no reports: it gets it back where `mend` says so.
async fn reports(
    cloud: &Cloud,
    scope: Scope<'_>,
    container: &str,
    mend: bool,
) -> Result<BTreeMap<String, GuestReport>, CloudError> {
    let (items, headers) = contents(cloud, container).await?;
    let key = scope.secrets.get(&SecretName(SIGNALS_KEY.into()));
    let shown =
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(TEMP_URL_KEY)).map(|(_, value)| value.as_str());
    if let Some(key) = key.filter(|key| mend && shown != Some(key.expose_secret())) {
        let post = container::call(Method::Post, container).header("content-length", "0");
        cloud.send(post.header(TEMP_URL_KEY, key.expose_secret())).await?;
    }
    Ok(items.iter().filter_map(of_object).collect())
}

/// What a report says that failed; none for any other.
async fn words(
    cloud: &Cloud,
    scope: Scope<'_>,
    container: &str,
    name: &str,
    report: &GuestReport,
) -> Result<Option<String>, CloudError> {
    if report.stage != GuestReport::FAILED {
        return Ok(None);
    }
    let answer = found(cloud.send(container::call(Method::Get, &format!("{container}/{name}"))).await)?;
    let said = answer.and_then(|answer| answer.body.as_str().map(str::to_owned)).unwrap_or_default();
    Ok(Some(shown(&said, scope.secrets)))
}

/// What a server's console shows; nothing while there is none.
async fn console(cloud: &Cloud, server_id: &str) -> Result<String, CloudError> {
    let call = Call::new(Service::Compute, Method::Post, format!("/servers/{server_id}/action"));
    match cloud.send(call.json(json!({ "os-getConsoleOutput": {} }))).await {
        Ok(answer) => Ok(text(&answer.body, "output").unwrap_or_default().to_owned()),
        Err(error) if matches!(error.status(), Some(404 | 409)) => Ok(String::new()),
        Err(error) => Err(error),
    }
}

/// The last report on a server's console, with its words.
async fn on_console(
    cloud: &Cloud,
    scope: Scope<'_>,
    server_id: &str,
) -> Result<Option<(GuestReport, String)>, CloudError> {
    let key = scope.secret(&SecretName(SIGNALS_KEY.into()))?;
    let told = GuestReport::on_console(&console(cloud, server_id).await?, server_id, key);
    Ok(told.map(|(report, words)| (report, shown(&words, scope.secrets))))
}

fn progress_of(told: Option<(GuestReport, Option<String>)>) -> Progress {
    match told {
        Some((report, words)) => {
            let outputs = BTreeMap::from([(REPORT.to_owned(), report.number.to_string())]);
            Progress::There(status(&report, words), outputs)
        }
        None => Progress::There(Status::Pending(SILENT.into()), BTreeMap::new()),
    }
}

impl Guest {
    /// How one is doing that reports on its console.
    async fn by_console(&self, cloud: &Cloud, scope: Scope<'_>, one: &Waiting) -> Result<Progress, CloudError> {
        let told = on_console(cloud, scope, text_of(&one.properties, "server_id")?).await?;
        let known = scope.known.iter().find(|it| it.kind == Kind::Guest && it.id == one.id);
        let passed = known.and_then(|it| it.outputs.get(PASSED)).and_then(|number| number.parse().ok());
        let told = told.filter(|(report, _)| passed.is_none_or(|passed: u64| report.number > passed));
        Ok(progress_of(told.map(|(report, words)| (report, Some(words)))))
    }
}

#[async_trait]
impl Driver for Guest {
    fn kind(&self) -> Kind {
        Kind::Guest
    }

    /// Those that have reported something, from one listing. Consoles are not read for it: what they said, the journal knows to ask for.
    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let Some(container) = scope.signals_container() else { return Ok(Vec::new()) };
        let servers = servers(scope);
        let reports = reports(cloud, scope, container, false).await?;
        let ours =
            reports.iter().filter(|(name, report)| servers.get(report.instance.as_str()) == Some(&name.as_str()));
        let mut guests = try_join_all(ours.map(|(name, report)| async move {
            let words = words(cloud, scope, container, name, report).await?;
            Ok::<_, CloudError>(observed(&report.instance, name, report, words, Some(container)))
        }))
        .await?;
        for guest in &mut guests {
            self.place(scope, guest);
        }
        Ok(guests)
    }

    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        observed.address = place::address(scope, observed, "");
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        _: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        let servers = servers(scope);
        let Some((server_id, server)) = guest_server_id(id).and_then(|id| Some((id, *servers.get(id)?))) else {
            return Ok(None);
        };
        let told = if let Some(container) = scope.signals_container() {
            let head = found(cloud.send(container::call(Method::Head, &format!("{container}/{server}"))).await)?;
            let kind = head.as_ref().and_then(|head| head.header("content-type"));
            match kind.and_then(GuestReport::of_type).filter(|report| report.instance == server_id) {
                Some(report) => {
                    let words = words(cloud, scope, container, server, &report).await?;
                    Some(self::observed(server_id, server, &report, words, Some(container)))
                }
                None => None,
            }
        } else if scope.secrets.get(&SecretName(SIGNALS_KEY.into())).is_none() {
            // Without the key nothing on a console can be believed.
            None
        } else {
            let told = on_console(cloud, scope, server_id).await?;
            told.map(|(report, words)| self::observed(server_id, server, &report, Some(words), None))
        };
        Ok(told.map(|mut guest| {
            self.place(scope, &mut guest);
            guest
        }))
    }

    /// Nothing is sent: from now on it is waited for. Of a console, what was said before about a failure is not to count again.
    async fn create(&self, cloud: &Cloud, scope: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let mut created = Vec::new();
        for item in wanted {
            let server_id = text_of(&item.properties, "server_id")?;
            let mut outputs = BTreeMap::new();
            if scope.signals_container().is_none()
                && let Some((report, _)) = on_console(cloud, scope, server_id).await?
                && report.stage == GuestReport::FAILED
            {
                outputs.insert(PASSED.to_owned(), report.number.to_string());
            }
            created.push(Created {
                address: item.address.clone(),
                id: guest_id(server_id),
                status: Status::Pending(SILENT.into()),
                outputs,
                brought: BTreeMap::new(),
                request_id: None,
                adopted: false,
            });
        }
        Ok(created)
    }

    /// Takes its report away, so that only a new one counts.
    async fn delete(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        _: &str,
        properties: &Properties,
    ) -> Result<Gone, CloudError> {
        if let Some(container) = scope.signals_container() {
            let server = text_of(properties, "server")?;
            remove(cloud, format!("{container}/{server}")).await?;
        }
        Ok(Gone::Now)
    }

    async fn progress(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        waiting: &[Waiting],
    ) -> Result<(BTreeMap<Address, Progress>, Vec<Observed>), CloudError> {
        let Some(container) = scope.signals_container() else {
            let mut progress = BTreeMap::new();
            for some in waiting.chunks(AT_ONCE) {
                let told = try_join_all(some.iter().map(|one| self.by_console(cloud, scope, one))).await?;
                progress.extend(some.iter().map(|one| one.address.clone()).zip(told));
            }
            return Ok((progress, Vec::new()));
        };
        let reports = reports(cloud, scope, container, true).await?;
        let mut progress = BTreeMap::new();
        for one in waiting {
            let server = text_of(&one.properties, "server")?;
            let server_id = text_of(&one.properties, "server_id")?;
            let told = match reports.get(server).filter(|report| report.instance == server_id) {
                Some(report) => Some((report.clone(), words(cloud, scope, container, server, report).await?)),
                None => None,
            };
            progress.insert(one.address.clone(), progress_of(told));
        }
        Ok((progress, Vec::new()))
    }

    /// What its console shows, where the cloud shows it.
    async fn last_words(&self, cloud: &Cloud, scope: Scope<'_>, waiting: &Waiting) -> Option<String> {
        let server_id = text_of(&waiting.properties, "server_id").ok()?;
        let console = console(cloud, server_id).await.ok()?;
        let lines = shown(&last_lines(&console, LINES), scope.secrets);
        (!lines.is_empty()).then_some(lines)
    }
}
