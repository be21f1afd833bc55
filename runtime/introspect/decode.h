// Rows of the kinds' queries become objects, by the column conventions of kinds::IntrospectQuery and the Content of each attribute. Names no kind.
#pragma once

#include "catalog/catalog.h"
#include "introspect/dependencies.h"
#include "kinds/kind.h"
#include "pg/connection.h"

namespace lpc::introspect {

struct Decoded {
  Object object;
  std::string aliases;    ///< its catalog rows, in the words of Aliases::add()
};

/// Of a kind's own query, or of one of its details: then the objects have attributes only, and `aliases` says whose they are. LP5010 for a row that breaks the
/// conventions (a bug in the query). May run beside others.
Result<std::vector<Decoded>> decode(const kinds::Kind& kind, const pg::Rows& rows, int server_version);
/// Adds the objects to the builder and their catalog rows to the aliases. LP5010 when they contradict what is there.
Status add(std::vector<Decoded> objects, CatalogBuilder& builder, Aliases& aliases);
/// Puts parts that their parents list (KindTraits::listed_as) in the order of their numbers. To come before they are added.
void order_parts(std::vector<Decoded>& parts, const Aliases& aliases);
/// Fills in the lists of the parents, when all is added: those of one parent stand together then.
void list_parts(const kinds::Kind& kind, CatalogBuilder& builder);
/// Gives the details' attributes to the objects of that kind. LP5010 when `_of` can't be read.
Status add_details(std::vector<Decoded> details, KindId kind, const Aliases& aliases);

}  // namespace lpc::introspect
