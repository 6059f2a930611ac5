//! The sentences of `desired/`.

crate::messages! {
    NO_IMAGE = "desired.no-image", "no image for {system} on this cloud", "이 클라우드에 {system} 이미지가 없습니다";
    NO_IMAGE_HELP = "desired.no-image.help",
        "upload one with os_distro={distro} and os_version={version}, or name one in the setting images.{system}; there are: {candidates}",
        "os_distro={distro}, os_version={version}인 이미지를 올리거나 images.{system} 설정에 이름을 지정하십시오. 현재 이미지: {candidates}";
    NO_IMAGE_UNKNOWN_HELP = "desired.no-image.unknown-help",
        "name one in the setting images.{system}, or take one of the systems {known}; the images are: {candidates}",
        "images.{system} 설정에 이름을 지정하거나 {known} 중 하나를 선택하십시오. 현재 이미지: {candidates}";
    IMAGE_SETTING = "desired.image-setting", "the setting images.{system} names `{pattern}`, and no image is called so",
        "images.{system} 설정의 `{pattern}`에 맞는 이미지가 없습니다";
    NO_FLAVOR = "desired.no-flavor",
        "no flavor holds size {size} with image {image}: {vcpus} vCPU, {ram} MiB and {disk} GiB are needed",
        "크기 {size}와 이미지 {image}에 맞는 플레이버가 없습니다: vCPU {vcpus}개, 메모리 {ram} MiB, 디스크 {disk} GiB가 필요합니다";
    NO_FLAVOR_HELP = "desired.no-flavor.help",
        "name one in the setting flavors.{size}, or take another size; there are: {candidates}",
        "flavors.{size} 설정에 이름을 지정하거나 다른 크기를 선택하십시오. 현재 플레이버: {candidates}";
    FLAVOR_SETTING = "desired.flavor-setting", "the setting flavors.{size} names `{pattern}`, and no flavor is called so",
        "flavors.{size} 설정의 `{pattern}`에 맞는 플레이버가 없습니다";
    FLAVOR_TOO_SMALL = "desired.flavor-too-small",
        "the setting flavors.{size} names `{pattern}`, and image {image} needs {ram} MiB of memory and {disk} GiB of disk",
        "flavors.{size} 설정의 `{pattern}`이(가) 작습니다. 이미지 {image}에는 메모리 {ram} MiB, 디스크 {disk} GiB가 필요합니다";
    CANDIDATES = "desired.candidates", "there are: {candidates}", "현재: {candidates}";
    CANDIDATES_NEAREST = "desired.candidates-nearest", "did you mean `{nearest}`? There are: {candidates}",
        "`{nearest}`을(를) 뜻하셨습니까? 현재: {candidates}";
    NO_CANDIDATES = "desired.no-candidates", "there is none on this cloud that the project may use",
        "이 클라우드에서 프로젝트가 쓸 수 있는 것이 없습니다";
    NO_EXTERNAL = "desired.no-external", "this cloud has no external network, and servers fetch their packages through one",
        "외부 네트워크가 없습니다. 서버는 외부 네트워크로 패키지를 받습니다";
    NO_EXTERNAL_HELP = "desired.no-external.help",
        "ask the cloud's operator for a network with router:external that this project may use",
        "클라우드 운영자에게 이 프로젝트가 쓸 수 있는 router:external 네트워크를 요청하십시오";
    TWO_EXTERNAL = "desired.two-external", "this cloud has {count} external networks, and none is chosen",
        "외부 네트워크가 {count}개인데 선택되지 않았습니다";
    TWO_EXTERNAL_HELP = "desired.two-external.help", "set external_network to one of: {candidates}",
        "external_network를 다음 중 하나로 지정하십시오: {candidates}";
    UNKNOWN_EXTERNAL = "desired.unknown-external", "there is no external network `{name}`",
        "외부 네트워크 `{name}`이(가) 없습니다";
    AMBIGUOUS_EXTERNAL = "desired.ambiguous-external", "{count} external networks are called `{name}`",
        "외부 네트워크 `{name}`이(가) {count}개 있습니다";
    AMBIGUOUS_EXTERNAL_HELP = "desired.ambiguous-external.help", "set external_network to an id, one of: {candidates}",
        "external_network를 다음 ID 중 하나로 지정하십시오: {candidates}";
    UNKNOWN_AVAILABILITY_ZONE = "desired.unknown-availability-zone", "there is no availability zone `{name}`",
        "가용 영역 `{name}`이(가) 없습니다";
    CIDR_TOO_SMALL = "desired.cidr-too-small", "{cidr} is too small for {zones} networks of /{prefix}",
        "{cidr}은(는) /{prefix} 네트워크 {zones}개에 비해 작습니다";
    CIDR_TOO_SMALL_HELP = "desired.cidr-too-small.help", "set cidr to a /{needed} or larger",
        "cidr을 /{needed} 이상으로 지정하십시오";
    TOO_MANY_SERVERS = "desired.too-many-servers", "zone {zone} is to hold {count} servers, which no IPv4 network does",
        "{zone} 영역의 서버 {count}대는 IPv4 네트워크에 담을 수 없습니다";
    TOO_MANY_BALANCERS = "desired.too-many-balancers", "zone {zone} has {count} load balancers, and has addresses for {most}",
        "{zone} 영역의 부하분산 장치는 {count}개인데 주소는 {most}개입니다";
    TOO_MANY_BALANCERS_HELP = "desired.too-many-balancers.help", "give one balancer several listeners, or use another zone",
        "부하분산 장치 하나에 리스너를 여러 개 두거나 다른 영역을 사용하십시오";
    TWICE = "desired.twice", "{address} is asked for twice", "{address}을(를) 두 번 요청했습니다";
    TWICE_HELP = "desired.twice.help", "tiers and load balancers need names that differ; `bastion` is gureum's own",
        "계층과 부하분산 장치의 이름은 서로 달라야 하며, `bastion`은 gureum이 사용합니다";
    PORT_UNKNOWN = "desired.port-unknown", "the link to {tier} is to its service's own port, and {service} has none",
        "{tier} 연결은 서비스의 기본 포트를 쓰는데 {service}에는 포트가 없습니다";
    PORT_UNKNOWN_HELP = "desired.port-unknown.help", "write the port's number in the link",
        "연결에 포트 번호를 적으십시오";
    USER_DATA_TOO_LARGE = "desired.user-data-too-large",
        "user-data of {server} has up to {size} bytes, and Nova takes {limit}", "{server}의 user-data는 최대 {size}바이트인데 Nova는 {limit}바이트까지 받습니다";
    OWN_USER_DATA = "desired.own-user-data", "user_data is neither a cloud-config nor a script", "user_data 는 cloud-config 도 스크립트도 아닙니다";
    OWN_USER_DATA_HELP = "desired.own-user-data-help", "its first line must be `#cloud-config`, or `#!` with an interpreter", "첫 줄은 `#cloud-config` 이거나 인터프리터가 있는 `#!` 이어야 합니다";
    FIRST_BOOT = "desired.first-boot", "the first boot of {server} cannot be written: {error}",
        "{server}의 최초 부팅 설정을 만들 수 없습니다: {error}";
    NO_SSH_KEY = "desired.no-ssh-key", "SSH is let in (ssh_from), but no ssh_key is set: nobody can log in",
        "SSH를 허용했지만(ssh_from) ssh_key가 없어 아무도 로그인할 수 없습니다";
    ENDED = "desired.ended", "support of {title} ended ({ended}); current: {current}",
        "{title}의 지원이 끝났습니다({ended}). 현재 버전: {current}";
    RAISED = "desired.raised", "{tier}: raised {from} → {to}, the least that {component} works with",
        "{tier}: {from} → {to}로 올림({component}의 최소 크기)";
    AUTO_SCALING = "desired.auto-scaling", "no auto scaling: it stays at {count} (asked for: {min} to {max})",
        "자동 확장 없음: {count}대로 고정(요청: {min}~{max}대)";
    TLS = "desired.tls", "HTTP without a certificate instead of HTTPS", "인증서 없이 HTTPS 대신 HTTP를 사용";
    MONITORING = "desired.monitoring", "no dashboard of its own: only what the platform itself shows",
        "별도 대시보드 없음: 플랫폼이 제공하는 모니터링만 사용";
    VPN = "desired.vpn", "no site-to-site VPN yet", "아직 사이트 간 VPN이 없습니다";
    KUBERNETES = "desired.kubernetes", "no Kubernetes yet: masters {masters} and workers {workers} are plain servers",
        "아직 쿠버네티스가 없습니다: {masters}(마스터)와 {workers}(워커)는 일반 서버입니다";
    OFFER = "desired.offer", "the services of {tiers} are not made known to {to} yet",
        "아직 {tiers}의 서비스를 {to}에 알리지 않습니다";
    NO_COMPONENT = "desired.no-component", "no component for {service} yet: its servers start without it",
        "아직 {service} 컴포넌트가 없습니다: 서버만 시작됩니다";
    NOT_ON_SYSTEM = "desired.not-on-system", "{service} has no installation for {system} yet: its servers start without it",
        "아직 {system}용 {service} 설치가 없습니다: 서버만 시작됩니다";
    NO_VOLUME = "desired.no-volume", "no volumes yet: the {size} GiB of {tier} are on its root disk",
        "아직 볼륨이 없습니다: {tier}의 {size} GiB는 루트 디스크에 놓입니다";
    NO_BINDING = "desired.no-binding", "services from outside cannot be bound yet", "아직 외부 서비스를 연결할 수 없습니다";
    REFUSED = "desired.refused", "{service} cannot run on {system}: {en}: its servers start without it",
        "{system}에서는 {service}을(를) 쓸 수 없습니다: {ko}. 서버만 시작됩니다";
    NEEDS_MISSING = "desired.needs-missing", "{service} needs a {role}, which is missing: its servers start without it",
        "{service}에 필요한 {role}이(가) 없습니다: 서버만 시작됩니다";
    NEEDS_LINK = "desired.needs-link", "{service} of {tier} needs a {role}, and no link leads to one",
        "{tier}의 {service}에는 {role}이(가) 필요한데 그곳으로 가는 연결이 없습니다";
    NEEDS_LINK_HELP = "desired.needs-link.help", "add to `links`: `from: {tier}`, `to:` a tier of {candidates}",
        "`links`에 추가하십시오: `from: {tier}`, `to:` {candidates} 계층";
    NO_PIN = "desired.no-pin", "nobody says the checksum of {artifact}: the one beside it is believed (say it with artifacts.{artifact}.sha256)",
        "{artifact}의 체크섬이 지정되지 않아 파일과 함께 게시된 값을 믿습니다(artifacts.{artifact}.sha256으로 지정)";
    UNTIL_ACTIVE = "desired.until-active", "nobody waits for what runs in the servers (until active)",
        "서버 안의 소프트웨어는 기다리지 않습니다(active까지만)";
    SMALL_FLAVOR = "desired.small-flavor", "{tier}: {flavor} is less than {components} works with: {ram} MiB and {disk} GiB",
        "{tier}: {flavor}은(는) {components}의 최소 사양보다 작습니다(메모리 {ram} MiB, 디스크 {disk} GiB)";
    LARGER_FLAVOR = "desired.larger-flavor", "{tier}: raised {from} → {to}: {components} needs {ram} MiB and {disk} GiB",
        "{tier}: {from} → {to}로 올림: {components}에 메모리 {ram} MiB, 디스크 {disk} GiB가 필요합니다";
    SETTING_UNUSED = "desired.setting-unused", "{service} does not take the setting {setting} yet",
        "{service}은(는) 아직 {setting} 설정을 받지 않습니다";
}
