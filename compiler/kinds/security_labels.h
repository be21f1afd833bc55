// Security labels: what a provider such as SELinux says of an object. https://www.postgresql.org/docs/15/sql-security-label.html
// Written `security label provider '…'` wherever a comment may stand; the introspector reads them for all kinds at once. Knows no kind.
#pragma once

#include <string_view>

#include "kinds/kind.h"

namespace lpc::kinds {

/// `SECURITY LABEL FOR … ON … IS …` for what differs.
void alter_security_labels(const Alteration&, const ChangeContext&, Action&);
/// Whether the statement is one of those. A shadow has no providers, so it leaves them out.
bool is_security_label(std::string_view statement);

/// provider -> label. For every kind of object that can have labels.
inline constexpr AttributeRule kSecurityLabelsRule{.name = "security_labels", .content = Content::map, .alter = alter_security_labels, .after_create = true};

}  // namespace lpc::kinds
