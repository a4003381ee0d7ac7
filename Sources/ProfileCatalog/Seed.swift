let shipped = PackageResources.web_yaml
