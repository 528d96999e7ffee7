// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using Pelago.Engine.Registry;
using Pelago.Engine.Resources;
using Pelago.Engine.Tables;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>
/// How one request wants objects: a version of a kind, whole, as metadata only, or as rows of a table. Equal forms give equal bytes, which
/// is what lets watchers share an encoding. <paramref name="Time"/> tells ages.
/// </summary>
internal sealed record ObjectForm(ResourceKind Kind, ServedVersion Version, OutputFormat Format, TimeProvider Time)
{
    /// <summary>The stored bytes are the answer.</summary>
    public bool IsStored { get; } = Format.Shape == OutputShape.Object && VersionedDocument.IsStoredForm(Kind, Version);

    /// <summary>Of tables: only the first of a watch has columns.</summary>
    public bool WithColumns { get; init; } = true;

    public bool IsTable => Format.Shape == OutputShape.Table;

    public string ListKind => Format.Shape == OutputShape.Metadata ? "PartialObjectMetadataList" : Kind.ListKind;

    public string ListApiVersion => Format.Shape == OutputShape.Metadata ? $"meta.k8s.io/{Format.MetaVersion}" : Kind.Gvk(Version.Name).ApiVersion;

    private TablePrinter Printer => Version.Printer ?? BuiltInTables.For(Kind.ColumnsKey);

    /// <summary>One object as a document of its own.</summary>
    public ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> stored)
    {
        if (IsStored)
            return stored;
        if (Format.Shape == OutputShape.Object)
            return VersionedDocument.FromStored(Kind, Version, stored);
        var output = new ArrayBufferWriter<byte>(1024);
        if (IsTable)
        {
            TableItem item = Item(stored);
            WriteTable(output, new TableMetadata(new KubeObject(item.Json).ResourceVersion), [item]);
        }
        else
        {
            PartialObjectMetadata.Write(output, stored, Format.MetaVersion);
        }

        return output.WrittenMemory;
    }

    /// <summary>A page as one table.</summary>
    public ReadOnlyMemory<byte> EncodeTable(ResourcePage page)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        var metadata = new TableMetadata(page.Revision.ToString(CultureInfo.InvariantCulture), page.Continue, page.RemainingItemCount);
        WriteTable(output, metadata, page.Items.Select(item => Item(item.Json)));
        return output.WrittenMemory;
    }

    private void WriteTable(IBufferWriter<byte> output, TableMetadata metadata, IEnumerable<TableItem> items) =>
        TableWriter.Write(output, Printer, new TableOptions(Format.MetaVersion, Format.Include), metadata, items, Time.GetUtcNow(), WithColumns);

    private TableItem Item(ReadOnlyMemory<byte> stored) =>
        new(VersionedDocument.Read(Kind, stored).Json, Format.Include == IncludeObject.Object ? VersionedDocument.FromStored(Kind, Version, stored) : stored);
}
