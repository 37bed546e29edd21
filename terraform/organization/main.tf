# The organization: an account for each environment, so that what happens in one stays there.
#
#   root
#   ├── infrastructure   shared: the images
#   ├── nonproduction    dev, staging
#   └── production       prod

locals {
  units = toset(["infrastructure", "nonproduction", "production"])
}

resource "aws_organizations_organization" "this" {
  feature_set          = "ALL"
  enabled_policy_types = ["SERVICE_CONTROL_POLICY"]
}

resource "aws_organizations_organizational_unit" "this" {
  for_each  = local.units
  name      = each.key
  parent_id = aws_organizations_organization.this.roots[0].id
}

resource "aws_organizations_account" "this" {
  for_each  = var.accounts
  name      = each.key
  email     = each.value.email
  parent_id = aws_organizations_organizational_unit.this[each.value.unit].id

  lifecycle {
    # A closed account cannot be opened again after 90 days.
    prevent_destroy = true
    # How it was made cannot be read back.
    ignore_changes = [role_name]
  }
}
