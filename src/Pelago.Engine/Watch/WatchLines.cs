// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Client;
using Pelago.Engine.Server;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.Watch;

/// <summary>
/// Events as lines: <c>{"type":"ADDED","object":{…}}</c>. Stored bytes are copied as they are; other forms are made once for all watchers.
/// For one watch: the first table that it writes has columns, the others have not.
/// </summary>
internal sealed class WatchLines(ObjectForm form) : IWatchEncoding
{
    private ObjectForm _form = form;

    public string MediaType => "application/json";

    public void Begin(IBufferWriter<byte> output)
    {
        // The first line is the first event.
    }

    public int Write(IBufferWriter<byte> output, in WatchedEvent watched)
    {
        if (watched.Type == WatchedType.Bookmark)
            return WriteBookmark(output, watched.Revision, watched.EndsInitialState);
        ReadOnlySpan<byte> head = watched.Type switch
        {
            WatchedType.Added => "{\"type\":\"ADDED\",\"object\":"u8,
            WatchedType.Modified => "{\"type\":\"MODIFIED\",\"object\":"u8,
            _ => "{\"type\":\"DELETED\",\"object\":"u8,
        };
        return WriteLine(output, head, Encode(watched).Span);
    }

    /// <summary>Nothing is held back, and bookmarks come when they are due.</summary>
    public int EndBatch(IBufferWriter<byte> output, long revision) => 0;

    public int WriteBookmark(IBufferWriter<byte> output, long revision, bool endsInitialState) =>
        WriteLine(output, "{\"type\":\"BOOKMARK\",\"object\":"u8, Bookmark(revision, endsInitialState).Span);

    /// <summary>
    /// The event for a caller in this process: its object's bytes are shared, not copied. Another form of them is not kept: the garbage collector asks for
    /// the metadata of everything, once.
    /// </summary>
    public RawWatchEvent ToRaw(in WatchedEvent watched) => watched.Type switch
    {
        WatchedType.Added => new RawWatchEvent("ADDED", Encode(watched, isKept: false)),
        WatchedType.Modified => new RawWatchEvent("MODIFIED", Encode(watched, isKept: false)),
        WatchedType.Deleted => new RawWatchEvent("DELETED", Encode(watched, isKept: false)),
        _ => new RawWatchEvent("BOOKMARK", Bookmark(watched.Revision, watched.EndsInitialState)),
    };

    public void WriteError(IBufferWriter<byte> output, ApiStatus status) =>
        WriteLine(output, "{\"type\":\"ERROR\",\"object\":"u8, KubeJson.ToUtf8(status.ToJson()));

    private static int WriteLine(IBufferWriter<byte> output, ReadOnlySpan<byte> head, ReadOnlySpan<byte> subject)
    {
        output.Write(head);
        output.Write(subject);
        output.Write("}\n"u8);
        return head.Length + subject.Length + 2;
    }

    private ReadOnlyMemory<byte> Encode(in WatchedEvent watched, bool isKept = true)
    {
        StoredObject subject = watched.Object!;
        if (_form.IsStored)
            return subject.Json;
        ObjectForm current = _form;
        if (current is { IsTable: true, WithColumns: true })
            _form = current with { WithColumns = false };
        return isKept && watched.Source is { } source
            ? EventForms.Of(source).Made(current, subject, stored => current.Encode(stored.Json).ToArray())
            : current.Encode(subject.Json);
    }

    /// <summary>An object of the kind with nothing but its resourceVersion; of a table, one row with it.</summary>
    private ReadOnlyMemory<byte> Bookmark(long revision, bool endsInitialState)
    {
        bool isMetadata = _form.Format.Shape == OutputShape.Metadata;
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (endsInitialState)
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        byte[] bookmark = KubeJson.ToUtf8(new JsonObject
        {
            ["kind"] = isMetadata ? "PartialObjectMetadata" : _form.Kind.Kind,
            ["apiVersion"] = isMetadata ? $"meta.k8s.io/{_form.Format.MetaVersion}" : _form.Kind.Gvk(_form.Version.Name).ApiVersion,
            ["metadata"] = metadata,
        });
        return _form.IsTable ? (_form with { WithColumns = false }).Encode(bookmark) : bookmark;
    }
}
