// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Resources;

/// <summary>What an update has to do with the spec of the stored object. All but the first are for kinds that are stored as they are served.</summary>
internal enum SpecUse
{
    /// <summary>It may change anywhere: it is read, compared and checked.</summary>
    Whole,

    /// <summary>Code of the engine changes a field or two, which it knows to fit the schema: only what it looks at is read.</summary>
    ByCode,

    /// <summary>It cannot change: the objects of the update have none, and the stored bytes are carried over.</summary>
    Spared,
}
