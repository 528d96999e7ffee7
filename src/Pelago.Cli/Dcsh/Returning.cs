// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;
using System.IO.Pipelines;
using Pelago.Client;

namespace Pelago.Cli.Dcsh;

/// <summary>Files of a run that come back here when it has ended well: only plain files, and only below the current directory.</summary>
internal static class Returning
{
    private const long MostBytes = 1L << 30;
    private const string Pack = "cd work && IFS= && for pattern in \"$@\"; do for file in $pattern; do [ -e \"$file\" ] && printf '%s\\n' \"$file\"; done; done | tar -cf - -T -";

    public static async Task BringAsync(RunPlace place, IReadOnlyList<string> patterns, string directory, CancellationToken cancel)
    {
        if (patterns.Count == 0)
            return;
        await using ExecSession session = await place.ExecAsync(Pack, patterns, stdin: false, terminal: false, cancel);
        var archive = new Pipe();
        Task unpacking = UnpackAsync(archive.Reader.AsStream(), Path.GetFullPath(directory), cancel);
        ExecOutcome outcome;
        await using (Stream packed = archive.Writer.AsStream())
            outcome = await session.CopyAsync(null, packed, Stream.Null, cancel);
        await unpacking;
        if (outcome is not { ExitCode: 0, Error: null })
            throw new RunFailure(RunFailure.Engine, $"pod {place.Pod}: {string.Join(", ", patterns)} could not be brought back: {outcome.Error?.Message ?? $"tar ended with {outcome.ExitCode}"}");
    }

    private static async Task UnpackAsync(Stream archive, string directory, CancellationToken cancel)
    {
        await using Stream source = archive;
        long bytes = 0;
        using (var reader = new TarReader(source, leaveOpen: true))
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            {
                string target = Path.GetFullPath(Path.Combine(directory, entry.Name));
                bool isBelow = target.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal);
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !isBelow)
                    continue;
                bytes += entry.Length;
                if (bytes > MostBytes)
                    throw new RunFailure(RunFailure.Truncated, $"return: more than {MostBytes >> 20} MiB; {entry.Name} and what follows was left there");
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                await entry.ExtractToFileAsync(target, overwrite: true, cancel);
            }
        }

        // What follows the end of an archive is padding.
        await source.CopyToAsync(Stream.Null, cancel);
    }
}
