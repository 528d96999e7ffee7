// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Tables;

namespace Pelago.Engine.Server;

/// <summary>What a client wants to see of objects.</summary>
internal enum OutputShape
{
    Object,

    /// <summary>meta.k8s.io Table, for people.</summary>
    Table,

    /// <summary>meta.k8s.io PartialObjectMetadata.</summary>
    Metadata,

    /// <summary>Of watches of pods alone: cells, 12 bytes a change.</summary>
    Cells,
}

/// <summary>
/// The negotiated form of an answer. <paramref name="MetaVersion"/> is the version of meta.k8s.io for the shapes that have one,
/// <paramref name="Include"/> what rows of a table carry; <paramref name="IsOfList"/>: the metadata of a list is asked for, not that of an object.
/// </summary>
internal readonly record struct OutputFormat(
    OutputShape Shape, string MetaVersion, bool IsYaml, bool IsPretty = false, IncludeObject Include = IncludeObject.Metadata, bool IsOfList = false)
{
    public static readonly OutputFormat Json = new(OutputShape.Object, "v1", IsYaml: false);
    public static readonly OutputFormat Metadata = new(OutputShape.Metadata, "v1", IsYaml: false);
}
