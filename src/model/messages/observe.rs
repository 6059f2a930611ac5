//! The sentences of `observe/`.

crate::messages! {
    NOT_ASKED = "observe.not-asked", "not asked for", "묻지 않음";
    NEEDS_QUOTAS = "observe.needs-quotas", "needs a role that may read the project's {service} quotas ({error})",
        "프로젝트의 {service} 할당량을 읽을 수 있는 역할이 필요함 ({error})";
    NOT_TOLD = "observe.not-told", "the {service} service does not tell it", "{service} 서비스가 알려 주지 않음";
    NEEDS_ZONES = "observe.needs-zones", "needs a role that may list availability zones ({error})",
        "가용 영역을 볼 수 있는 역할이 필요함 ({error})";
}
