// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Page.Streams.Columns;

internal enum PathStepKind
{
    Field,
    Index,

    /// <summary>The first item whose field has a value.</summary>
    Match,

    /// <summary>Every item of a list, or every value of an object.</summary>
    Each,
}

/// <summary>One step of a path.</summary>
internal readonly record struct PathStep(PathStepKind Kind, string Name = "", string Value = "", int Index = 0);
