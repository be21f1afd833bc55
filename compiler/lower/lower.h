// Module to Catalog: each declaration goes to its kind's `lower`, kinds' `normalise` hooks leave out what a server implies, and link()
// finds what depends on what. Names no kind.
#pragma once

#include "catalog/catalog.h"
#include "diag/sink.h"
#include "frontend/sql_fragment.h"
#include "sema/module.h"

namespace lpc::lower {

/// The desired catalog of a program, not yet canonical (SQL as written).
Catalog lower(sema::Module module, frontend::FragmentParser& fragments, diag::Sink& sink);

/// Runs the kinds' `normalise` hooks: leaves out what a server implies. For introspected catalogs too.
void normalise(CatalogBuilder& builder);

enum class LinkMode : std::uint8_t {
  declared,       ///< every reference becomes a dependency; unknown names are reported (LP2001, LP2003, LP2004, LP2005 …)
  introspected,   ///< pg_depend has spoken: only roles, which it doesn't know, and `mentions` of bodies are added
};
void link(CatalogBuilder& builder, frontend::FragmentParser& fragments, LinkMode mode, diag::Sink& sink);

}  // namespace lpc::lower
