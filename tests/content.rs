//! Servers whose user-data has no room for all that they are told: the rest lies in objects that they fetch at their first boot, on the
//! embedded cloud, whose guests fetch it as real ones do.

mod simulation;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gureum::blueprint::apply_set;
use gureum::embedded::Row;
use gureum::model::SecretName;
use gureum::plan::Work;
use gureum::runtime::Clock;
use gureum::simulate::{Process, Site, Usecase};
use secrecy::ExposeSecret;
use simulation::{Command, Scene, done, in_virtual_time, much_to_say, undone};

const OBJECTS: &str = "swift_objects";

/// The rows of the objects that servers fetch, by their names.
fn contents(site: &Site) -> Vec<(String, Row)> {
    let name = |row: &Row| row["name"].as_str().unwrap_or_default().to_owned();
    let cloud = site.cloud();
    let mut rows: Vec<_> = cloud.world.rows(OBJECTS).into_iter().map(|row| (name(row), row.clone())).collect();
    rows.retain(|(name, _)| name.starts_with("content/"));
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    rows
}

fn text(row: &Row) -> String {
    let bytes = STANDARD.decode(row["data"].as_str().expect("data")).expect("base64");
    String::from_utf8(bytes).expect("text")
}

/// What guests have reported last, by server.
fn stages(site: &Site) -> Vec<(String, String)> {
    let cloud = site.cloud();
    let reports = cloud.world.rows(OBJECTS).into_iter().filter_map(|row| {
        let stage = row["content_type"].as_str()?.strip_prefix("application/x-gureum.")?.rsplit('.').next()?.to_owned();
        Some((row["name"].as_str()?.to_owned(), stage))
    });
    reports.collect()
}

#[test]
fn servers_fetch_what_their_user_data_has_no_room_for_and_it_goes_with_the_environment() {
    let scene = Scene::with_much_to_say("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        let ran = stage.machine.deploy(Process::default()).await.expect("nothing ends it").expect("it runs");
        done(&ran);
        let secrets = stage.machine.journal.all_secrets();
        let kept = contents(&stage.site);
        let names: Vec<&str> = kept.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["content/db-1", "content/was-1"]);
        let password = secrets.get(&SecretName("db.app_password".into())).expect("made").expose_secret();
        for (name, row) in &kept {
            assert!(text(row).contains(password), "{name} tells the password");
        }
        // What is shown of the run and recorded by it tells nothing of that.
        let shown = format!("{:?} {:?}", ran.summary, stage.machine.journal.all())
            + &serde_json::to_string(&ran.plan).expect("serialises");
        assert!(secrets.iter().all(|(_, value)| !shown.contains(value.expose_secret())));
        let told = stages(&stage.site);
        assert!(told.iter().all(|(_, stage)| stage == "ready") && told.len() == 3, "{told:?}");

        let again = stage.machine.deploy(Process::default()).await.expect("nothing ends it").expect("it runs");
        assert!(again.plan.steps.is_empty(), "{:?}", again.plan.steps);
        stage.calm().await;
        assert_eq!(stage.violations(Command::Deploy).await, Vec::<String>::new());
        assert_eq!(stage.again(Command::Destroy).await, Vec::<String>::new());
        assert!(contents(&stage.site).is_empty());
    });
}

#[test]
fn one_that_cannot_fetch_it_says_so_and_heals_when_the_next_deploy_writes_it_again() {
    let scene = Scene::with_much_to_say("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        let thief = async {
            let path = loop {
                stage.clock.sleep(Duration::from_millis(100)).await;
                let found = contents(&stage.site).into_iter().find(|(name, _)| name == "content/was-1");
                if let Some((_, row)) = found {
                    break row["container"].as_str().expect("a key").to_owned();
                }
            };
            let (status, _) =
                stage.site.as_user("tenant", "DELETE", &format!("/object-store/v1/{path}/content/was-1"), None);
            assert_eq!(status, 204);
        };
        let (ran, ()) = tokio::join!(stage.machine.deploy(Process::default()), thief);
        let ran = ran.expect("nothing ends it").expect("it runs");
        let told = undone(&ran).expect("a server has failed");
        assert!(
            told.contains("server.was-1/ready") && told.contains("The requested URL returned error: 404"),
            "{told}"
        );
        assert!(told.contains("stage: content") || told.contains("content"), "{told}");

        let next = stage.machine.deploy(Process::default()).await.expect("nothing ends it").expect("it runs");
        done(&next);
        let created = |step: &gureum::plan::Step| match &step.work {
            Work::Create(batch) => batch.items.iter().map(|item| item.address.to_string()).collect(),
            _ => Vec::new(),
        };
        let made: Vec<String> = next.plan.steps.iter().flat_map(created).collect();
        assert!(made.contains(&"container.signals/object.was-1".to_owned()), "{made:?}");
        assert!(!made.contains(&"server.was-1".to_owned()), "the server heals by itself");
        stage.calm().await;
        assert_eq!(stage.violations(Command::Deploy).await, Vec::<String>::new());
    });
}

#[test]
fn another_content_is_written_in_place_and_no_server_is_replaced() {
    let scene = Scene::with_much_to_say("usecase-2.6").after_deploy();
    in_virtual_time(async {
        let stage = scene.stage();
        let before = contents(&stage.site);
        let mut inputs = much_to_say("usecase-2.6");
        apply_set(&mut inputs, "was.count=3").expect("an input");
        let machine = stage.machine.with(Usecase::with(inputs));
        let ran = machine.deploy(Process::default()).await.expect("nothing ends it").expect("it runs");
        done(&ran);
        let updated = ran.plan.steps.iter().any(|step| {
            matches!(&step.work, Work::Update { address, .. } if address.as_str() == "container.signals/object.web-1")
        });
        assert!(updated, "the web servers pass requests on to one more");
        let deleted = ran.plan.steps.iter().any(|step| matches!(step.work, Work::Delete { .. }));
        assert!(!deleted, "{:?}", ran.plan.steps);
        let after = contents(&stage.site);
        let of =
            |rows: &[(String, Row)], name: &str| rows.iter().find(|(one, _)| one == name).map(|(_, row)| text(row));
        assert_ne!(of(&before, "content/web-1"), of(&after, "content/web-1"));
        assert!(of(&after, "content/was-3").is_some());
        let again = machine.deploy(Process::default()).await.expect("nothing ends it").expect("it runs");
        assert!(again.plan.steps.is_empty(), "{:?}", again.plan.steps);
    });
}
