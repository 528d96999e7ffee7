// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using Pelago.Node.Files;
using Pelago.Node.Logs;

namespace Pelago.Node.Feeds;

/// <summary>The logs in a container's directory, <c>ATTEMPT.log</c> and <c>ATTEMPT.log.TIME</c> for what was rotated. What a kubelet has compressed is left out.</summary>
internal sealed class LogFeedFiles(string directory) : IFeedFiles
{
    private const string Extension = ".log";
    private const int Most = 10_000;

    /// <summary>File systems write times in steps of their own: a directory that has changed a moment ago may change again without showing it.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(100);
    private IReadOnlyList<FeedFile> _listed = [];
    private DateTimeOffset? _changed;

    public bool DropsOldest => true;

    /// <summary>A follower asks after each line that is written, and most of them change nothing here: then the directory is not read again.</summary>
    public IReadOnlyList<FeedFile> List()
    {
        DateTimeOffset? changed = FileFacts.Of(directory)?.Modified;
        if (changed is not null && changed == _changed)
            return _listed;
        TimeSpan age = TimeProvider.System.GetUtcNow() - (changed ?? DateTimeOffset.MaxValue);
        _listed = Read();
        _changed = age > Settled ? changed : null;
        return _listed;
    }

    private List<FeedFile> Read()
    {
        var found = new List<(FeedFile File, string Rotated)>();
        foreach (string path in Entries())
        {
            string name = Path.GetFileName(path);
            if (TryRead(name, out int attempt, out string rotated) && FileFacts.Of(path) is { Type: 'f' } facts)
                found.Add((new FeedFile(name, attempt, facts), rotated));
        }
        found.Sort(static (a, b) => a.File.Attempt != b.File.Attempt ? a.File.Attempt.CompareTo(b.File.Attempt)
            : a.Rotated.Length == 0 || b.Rotated.Length == 0 ? b.Rotated.Length.CompareTo(a.Rotated.Length)
            : string.CompareOrdinal(a.Rotated, b.Rotated));
        return [.. found.Select(item => item.File)];
    }

    public string PathOf(in FeedFile file) => Path.Combine(directory, file.Name);

    public FileStream? Open(in FeedFile file)
    {
        try
        {
            return LogPosition.Open(PathOf(file));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private IEnumerable<string> Entries()
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, "*" + Extension + "*").Take(Most)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>The last part is empty for the file that is, or was, written to.</summary>
    private static bool TryRead(string name, out int attempt, out string rotated)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        rotated = dot > 0 && name.AsSpan(dot).StartsWith(Extension) ? name[(dot + Extension.Length)..] : "?";
        attempt = 0;
        return (rotated.Length == 0 || rotated[0] == '.') && !rotated.EndsWith(".gz", StringComparison.Ordinal) && !rotated.EndsWith(".tmp", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out attempt);
    }
}
