// The first user, and nobody who is not one. Run by Jenkins at its start, once.
import hudson.security.FullControlOnceLoggedInAuthorizationStrategy
import hudson.security.HudsonPrivateSecurityRealm
import jenkins.model.Jenkins

def jenkins = Jenkins.get()
if (!(jenkins.securityRealm instanceof HudsonPrivateSecurityRealm)) {
    def realm = new HudsonPrivateSecurityRealm(false)
    realm.createAccount('admin', '{{ secrets.admin_password }}')
    jenkins.securityRealm = realm
    def strategy = new FullControlOnceLoggedInAuthorizationStrategy()
    strategy.allowAnonymousRead = false
    jenkins.authorizationStrategy = strategy
    // Builds belong on agents.
    jenkins.numExecutors = 0
    jenkins.save()
}
new File(jenkins.rootDir, 'init.groovy.d/gureum.groovy').delete()
