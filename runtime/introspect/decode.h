// Rows of the kinds' queries become objects, by the column conventions of kinds::IntrospectQuery and the Content of each attribute. Names no kind.
#pragma once

#include "catalog/catalog.h"
#include "introspect/dependencies.h"
#include "kinds/kind.h"
#include "pg/connection.h"

namespace lpc::introspect {

/// Adds the rows' objects to the builder and their catalog rows to the aliases. LP5010 for a row that breaks the conventions (a bug in the kind's query).
Status decode(const kinds::Kind& kind, const pg::Rows& rows, int server_version, CatalogBuilder& builder, Aliases& aliases);

}  // namespace lpc::introspect
