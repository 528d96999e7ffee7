// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.Globalization;
using System.IO;
using Pelago.Client;

namespace Pelago.Cli.Dcsh;

/// <summary>Files and directories below the current directory, brought into the working directory of each run before it begins.</summary>
internal sealed class Staging : IDisposable
{
    private const long MostBytes = 1L << 30;
    private const string Unpack = "head -c \"$1\" | tar -C work -xf -";
    private readonly FileStream? _archive;

    private Staging(FileStream? archive) => _archive = archive;

    /// <summary>Packs once for all runs.</summary>
    public static Staging Of(IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0)
            return new Staging(null);
        var archive = new FileStream(
            Path.Combine(Path.GetTempPath(), $"dcsh-{Guid.NewGuid():N}.tar"),
            new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Read, Options = FileOptions.DeleteOnClose, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        try
        {
            using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
            {
                foreach (string path in patterns.SelectMany(Matches).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                {
                    writer.WriteEntry(path, path);
                    if (archive.Length > MostBytes)
                        throw new CliException($"stage: more than {MostBytes >> 20} MiB", ExitCode.Usage);
                }
            }

            return new Staging(archive);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <exception cref="LostRunException">The connection broke: it may be done again.</exception>
    public async Task BringAsync(RunPlace place, CancellationToken cancel)
    {
        if (_archive is null)
            return;
        await using ExecSession session = await place.ExecAsync(Unpack, [_archive.Length.ToString(CultureInfo.InvariantCulture)], stdin: true, terminal: false, cancel);
        using var said = new MemoryStream();
        await using var content = new FileStream(_archive.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        ExecOutcome outcome = await session.CopyAsync(content, null, said, cancel);
        if (outcome.Error is { } broken)
            throw new LostRunException($"the files could not be brought there: {broken.Message}");
        if (outcome.ExitCode != 0)
            throw new RunFailure(RunFailure.Engine, $"pod {place.Pod}: the files could not be brought there: {System.Text.Encoding.UTF8.GetString(said.ToArray()).Trim()}");
    }

    public void Dispose() => _archive?.Dispose();

    private static IEnumerable<string> Matches(string pattern)
    {
        if (Path.IsPathRooted(pattern) || pattern.Split('/').Contains(".."))
            throw new CliException($"stage {pattern}: must lie below the current directory", ExitCode.Usage);
        string directory = Path.GetDirectoryName(pattern) is { Length: > 0 } named ? named : ".";
        string[] found = Directory.Exists(directory) ? Directory.GetFileSystemEntries(directory, Path.GetFileName(pattern)) : [];
        if (found.Length == 0)
            throw new CliException($"stage {pattern}: nothing there", ExitCode.NothingMatched);
        return found.SelectMany(Tree).Select(path => path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path);
    }

    /// <summary>A link is taken as a link, wherever it leads.</summary>
    private static IEnumerable<string> Tree(string path) =>
        new DirectoryInfo(path) is { Exists: true, LinkTarget: null }
            ? Directory.EnumerateFileSystemEntries(path).SelectMany(Tree).Prepend(path)
            : [path];
}
