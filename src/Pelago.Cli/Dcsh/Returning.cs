// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO;
using System.IO.Pipelines;
using System.Text;
using Pelago.Client;

namespace Pelago.Cli.Dcsh;

/// <summary>Files of a run that come back here when it has ended well: only plain files, and only below the current directory.</summary>
internal static class Returning
{
    private const long MostBytes = 1L << 30;

    /// <summary>Before a pattern that no file meets, among what tar says.</summary>
    private const string Unmet = "unmet: ";
    private const string Pack = """
        cd work && IFS= && for pattern in "$@"; do
          found=; for file in $pattern; do [ -e "$file" ] && found=1 && printf '%s\n' "$file"; done; [ -n "$found" ] || printf 'unmet: %s\n' "$pattern" >&2
        done | tar -cf - -T -
        """;

    public static async Task BringAsync(RunPlace place, IReadOnlyList<string> patterns, string directory, CancellationToken cancel)
    {
        if (patterns.Count == 0)
            return;
        await using ExecSession session = await place.ExecAsync(Pack, patterns, stdin: false, terminal: false, cancel);
        var archive = new Pipe();
        Task unpacking = UnpackAsync(archive.Reader.AsStream(), Path.GetFullPath(directory), cancel);
        ExecOutcome outcome;
        using var said = new MemoryStream();
        await using (Stream packed = archive.Writer.AsStream())
            outcome = await session.CopyAsync(null, packed, said, cancel);
        await unpacking;
        // First: a tar that was given nothing to pack may fail for that.
        string[] unmet = [.. Encoding.UTF8.GetString(said.ToArray()).Split('\n').Where(line => line.StartsWith(Unmet, StringComparison.Ordinal)).Select(line => line[Unmet.Length..])];
        if (unmet.Length > 0)
            throw new RunFailure(RunFailure.Engine, $"pod {place.Pod}: nothing was brought back for {string.Join(", ", unmet)}: the run ended well and left no such file");
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
