//! The sentences of `plan/`.

crate::messages! {
    KEPT_UNKNOWN = "plan.kept-unknown",
        "it carries the environment's mark, but its place in the environment cannot be told: deploy leaves it alone, destroy deletes it", "환경의 표식이 있지만 환경 안의 위치를 알 수 없습니다: 배포는 그대로 두고 destroy 는 삭제합니다";
    KEPT_DOUBLE = "plan.kept-double",
        "it is a second {address} beside {kept} and holds data, which deploy never deletes: look at both, and delete the wrong one by hand", "{kept} 와(과) 같은 {address} 이(가) 하나 더 있고 데이터를 가지고 있어 배포는 삭제하지 않습니다: 둘을 확인하고 잘못된 것을 직접 삭제하십시오";
    KEPT_NOT_WANTED = "plan.kept-not-wanted",
        "the blueprint no longer asks for it, but it holds data, which deploy never deletes", "블루프린트에는 더 이상 없지만 데이터를 가지고 있어 배포는 삭제하지 않습니다";
    KEPT_DATA = "plan.kept-data", "it holds data; `--delete-data` deletes it too", "데이터를 가지고 있습니다. `--delete-data` 는 이것도 삭제합니다";
    KEPT_FAILED = "plan.kept-failed", "it is in ERROR, but it holds data; `--replace-data` replaces it", "ERROR 상태이지만 데이터를 가지고 있습니다. `--replace-data` 로 교체합니다";
    KEPT_DIFFERS = "plan.kept-differs", "it can only be changed by a replacement, but it holds data; `--replace-data` replaces it", "교체해야만 바꿀 수 있지만 데이터를 가지고 있습니다. `--replace-data` 로 교체합니다";
    KEPT_USED = "plan.kept-used", "{by} stays and refers to it", "유지되는 {by} 이(가) 이것을 참조합니다";
    KEPT_PART = "plan.kept-part", "it is part of {of}, which stays", "유지되는 {of} 의 일부입니다";

    DATA_FAILED = "plan.data-failed",
        "{address} holds data and is in ERROR: {why}. It is not replaced without `--replace-data`, which destroys its data";
    DATA_DIFFERS = "plan.data-differs",
        "{address} holds data, and {differences} can only be changed by a replacement, which destroys its data: change the inputs back, or give `--replace-data`";
    SECRET_MISSING = "plan.secret-missing",
        "{address} holds the secret {name}, which this journal does not have: import the journal that has it (`gureum state import FILE`), or begin anew (`gureum destroy NAME{data}`, then deploy)";
    SECRET_DIFFERS = "plan.secret-differs",
        "{address} holds another {name} than this journal: import the journal that has it (`gureum state import FILE`), or begin anew (`gureum destroy NAME{data}`, then deploy)";
    CIRCLE = "plan.circle", "the desired resources need each other in a circle, so none can be first: {edges}";

    NO_SERVICE = "plan.no-service",
        "this cloud has no {service} service (or not in this region), and this plan creates there: {kinds}";
    QUOTA = "plan.quota",
        "quota `{quota}` ({service}) is too small by {short}: {needed} more needed, {used} of {limit} in use";
    QUOTA_GROUP = "plan.quota-group",
        "quota `server_group_members` (compute) is too small: {address} is to have {members} servers, {limit} are allowed";
    QUOTA_NOT_CHECKED = "plan.quota-not-checked", "not checked: quota {quotas}: {why}";
    QUOTA_NOT_ASKED = "plan.quota-not-asked", "not checked: quota {quotas}: needs a look at the cloud's quotas, which this snapshot has not";
    NOT_IN_RANGE = "plan.not-in-range", "{port} is to have {ip}, which is no host's address in {cidr}, the range of {subnet}";
    ADDRESS_TWICE = "plan.address-twice", "{port} is to have {ip} in {subnet}, which {other} is to have too";
    NO_ROOM = "plan.no-room", "{subnet} has {hosts} addresses in {cidr}, {needed} are needed";

    CHECK_ID = "plan.check-id", "step {found} stands at place {place}";
    CHECK_REASONS = "plan.check-reasons", "step {step}: its reasons are not of its own items";
    CHECK_AFTER = "plan.check-after", "step {step} waits for {address}, which has no other step";
    CHECK_CYCLE = "plan.check-cycle", "steps wait for each other: {edges}";
    CHECK_TWICE = "plan.check-twice", "step {step} does to {address} what step {other} does already";
    CHECK_UNCHANGED = "plan.check-unchanged", "step {step} works on {address}, which is said to be unchanged";
    CHECK_LANE = "plan.check-lane", "step {step} on {address} has the wrong lane";
    CHECK_RECREATE = "plan.check-recreate", "step {step} creates {address} without waiting for its deletion in step {other}";
    CHECK_BATCH = "plan.check-batch", "step {step}: {why}";
    CHECK_DATA = "plan.check-data", "step {step} deletes {address}, which holds data";
    CHECK_REFERENCE = "plan.check-reference", "step {step}: {address} refers to `{field}` of {to}, which neither exists nor is made";
    CHECK_EARLY = "plan.check-early", "step {step}: {address} refers to {to} without waiting for it";
}
