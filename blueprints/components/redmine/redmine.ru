# Redmine below the name that the reverse proxy shows it under.
require '{{ home }}/config/environment'
map '/{{ tier }}' do
  run Rails.application
end
