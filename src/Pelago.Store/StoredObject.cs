// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using Pelago.Kube;

namespace Pelago.Store;

/// <summary>
/// One object as of one revision. <see cref="Json"/> is the whole document with <c>metadata.resourceVersion</c> equal to <see cref="Revision"/>.
/// Immutable; shared by snapshots, events and readers.
/// </summary>
public sealed class StoredObject
{
    private const int LongestRevision = 19;
    private object? _facts;

    /// <summary>For readers' tests too: <paramref name="spliceAt"/> is where the resourceVersion stands, 0 when <see cref="As"/> is never asked.</summary>
    public StoredObject(ObjectKey key, long revision, ReadOnlyMemory<byte> json, int spliceAt = 0)
    {
        Key = key;
        Revision = revision;
        Json = json;
        SpliceAt = spliceAt;
    }

    public ObjectKey Key { get; }
    public long Revision { get; }
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Where in <see cref="Json"/> the resourceVersion stands.</summary>
    internal int SpliceAt { get; }

    /// <summary>What is spliced in: <c>"resourceVersion":"42",</c></summary>
    private static ReadOnlySpan<byte> Before => "\"resourceVersion\":\""u8;

    private static ReadOnlySpan<byte> After => "\","u8;

    /// <summary>What a reader derived from the bytes (labels, indexed fields), computed once whoever asks first.</summary>
    public T Facts<T>(Func<ReadOnlyMemory<byte>, T> derive)
        where T : class
    {
        if (Volatile.Read(ref _facts) is T present)
            return present;
        T made = derive(Json);
        return Interlocked.CompareExchange(ref _facts, made, null) as T ?? made;
    }

    /// <summary>The same content under another resourceVersion: what a watch tells of a deleted object, or of one that no longer matches.</summary>
    public StoredObject As(long revision)
    {
        if (SpliceAt == 0)
            throw new InvalidOperationException($"{Key} was made without saying where its resourceVersion stands");
        ReadOnlySpan<byte> json = Json.Span;
        int digits = SpliceAt + Before.Length;
        int end = digits + json[digits..].IndexOf((byte)'"') + After.Length;
        return new StoredObject(Key, revision, Splice(json[..SpliceAt], json[end..], revision), SpliceAt);
    }

    /// <summary>The object that a write makes.</summary>
    internal static StoredObject From(ObjectKey key, long revision, ReadOnlySpan<byte> body, int spliceAt) =>
        new(key, revision, Splice(body[..spliceAt], body[spliceAt..], revision), spliceAt);

    private static byte[] Splice(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, long revision)
    {
        Span<byte> number = stackalloc byte[LongestRevision];
        Utf8Formatter.TryFormat(revision, number, out int digits);
        var json = new byte[head.Length + Before.Length + digits + After.Length + tail.Length];
        Span<byte> rest = json;
        head.CopyTo(rest);
        rest = rest[head.Length..];
        Before.CopyTo(rest);
        rest = rest[Before.Length..];
        number[..digits].CopyTo(rest);
        rest = rest[digits..];
        After.CopyTo(rest);
        tail.CopyTo(rest[After.Length..]);
        return json;
    }
}
