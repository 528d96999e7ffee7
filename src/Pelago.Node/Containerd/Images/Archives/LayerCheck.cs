// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using Pelago.Node.Containerd.Streams;

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>
/// Reads the layers of an archive to their end before anybody unpacks them: their digests, and that no entry leads out of the file system that it
/// belongs into. One for an archive: the limits hold for all layers together.
/// </summary>
internal sealed class LayerCheck(ArchiveSpool spool, ArchiveLimits limits)
{
    private const int MagicLength = 4;
    private const string Whiteout = ".wh.";

    // Those that every container has anyway: null, zero, full, random, urandom; tty, console, ptmx.
    private static readonly HashSet<(long, long)> Harmless = [(1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 1), (5, 2)];
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);
    private long _unpacked;
    private int _entries;

    /// <summary>What a layer is of which only the file is known, as in docker's archives.</summary>
    public static async Task<ArchiveLayer> DescribeAsync(ArchiveSpool spool, string file, string diffId, CancellationToken cancel)
    {
        string what = $"the layer {TarScanner.Shown(file)}";
        await using var hashed = new HashedStream(spool.Open(file, what));
        byte[] start = new byte[MagicLength];
        int read = await hashed.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancel);
        await hashed.CopyToAsync(Stream.Null, cancel);
        return new ArchiveLayer(file, spool.SizeOf(file)!.Value, hashed.Digest(), diffId, Expansion.Of(start.AsSpan(0, read)));
    }

    public async Task CheckAsync(ArchiveLayer layer, CancellationToken cancel)
    {
        string what = $"the layer {TarScanner.Shown(layer.File)}";
        if (!_checked.Add(layer.File + layer.DiffId))
            return;
        await using var stored = new HashedStream(spool.Open(layer.File, what));
        (Stream plain, Compression compression) = await Expansion.OpenAsync(stored, what, limits, limits.MaxUnpacked - _unpacked, cancel);
        await using var unpacked = new HashedStream(plain);
        if (compression != layer.Compression)
            throw new ArchiveException($"{what} is {Said(compression)}, and {Said(layer.Compression)} by its manifest");
        await CheckEntriesAsync(new TarScanner(unpacked, what, limits), what, cancel);
        await unpacked.CopyToAsync(Stream.Null, cancel);
        await stored.CopyToAsync(Stream.Null, cancel);
        _unpacked += unpacked.Count;
        if (stored.Digest() is var digest && digest != layer.Digest)
            throw new ArchiveException($"{what} does not match its digest: it has {digest} and not {layer.Digest}. The archive was damaged or changed");
        if (unpacked.Digest() is var diffId && diffId != layer.DiffId)
            throw new ArchiveException($"{what} does not match the image's configuration: unpacked it has {diffId} and not {layer.DiffId}. The archive was damaged or changed");
    }

    private static string Said(Compression compression) => compression switch
    {
        Compression.Gzip => "compressed with gzip",
        Compression.Zstd => "compressed with zstd",
        _ => "not compressed",
    };

    private async Task CheckEntriesAsync(TarScanner tar, string what, CancellationToken cancel)
    {
        while (await tar.NextAsync(cancel) is { } item)
        {
            if (++_entries > limits.MaxLayerEntries)
                throw new ArchiveException($"{what}: the layers have more than {limits.MaxLayerEntries} entries, and no more are taken");
            if (Problem(item) is { } problem)
                throw new ArchiveException($"{what}: entry \"{TarScanner.Shown(item.Name)}\" {problem}; nothing of it was imported. Take an image only from where you trust it");
        }
    }

    /// <summary>Symbolic links may lead anywhere: they are read inside the container, and followed there.</summary>
    private static string? Problem(TarItem item)
    {
        if (ArchivePath.Problem(item.Name) is { } problem)
            return problem;
        string last = ArchivePath.Plain(item.Name).Split('/')[^1];
        if (last.StartsWith(Whiteout, StringComparison.Ordinal) && last[Whiteout.Length..] is "" or "." or "..")
            return "hides a directory that it is in";
        return item.Kind switch
        {
            TarKind.HardLink when ArchivePath.Problem(item.Target) is not null => $"is a link out of the image, to \"{TarScanner.Shown(item.Target)}\"",
            TarKind.BlockDevice => $"is a device node (block {item.Major}:{item.Minor})",
            TarKind.CharacterDevice when !Harmless.Contains((item.Major, item.Minor)) => $"is a device node (character {item.Major}:{item.Minor})",
            _ => null,
        };
    }

    private sealed class HashedStream(Stream inner) : ForwardStream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Count { get; private set; }

        public string Digest() => Archives.Digest.OfHash(_hash.GetCurrentHash());

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            _hash.AppendData(buffer.Span[..read]);
            Count += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            _hash.Dispose();
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
