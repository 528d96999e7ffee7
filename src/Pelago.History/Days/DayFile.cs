// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text.RegularExpressions;

namespace Pelago.History.Days;

/// <summary>
/// The two files of one day: <c>2026-11-29.0.db</c> with the records and <c>2026-11-29.0.logs</c> with the compressed logs. The number is the generation:
/// a day of which only a part is kept is written anew under the next one, for SQLite's own files beside a database belong to its name.
/// </summary>
internal sealed partial record DayFile(string Directory, DateOnly Day, int Generation)
{
    public const string Draft = ".draft";

    public string Title => string.Create(CultureInfo.InvariantCulture, $"{Day:yyyy-MM-dd}.{Generation}");

    public string Database => Path.Combine(Directory, Title + ".db");

    public string Logs => Path.Combine(Directory, Title + ".logs");

    public DayFile Next => this with { Generation = Generation + 1 };

    /// <summary>All files on the disk, those of SQLite too.</summary>
    public long Bytes => new[] { Database, Database + "-wal", Logs }.Sum(file => new FileInfo(file) is { Exists: true, Length: var length } ? length : 0);

    public void Delete()
    {
        foreach (string file in new[] { Database, Database + "-wal", Database + "-shm", Logs })
            File.Delete(file);
    }

    /// <summary>The newest generation of each day, newest day first.</summary>
    public static IReadOnlyList<DayFile> In(string directory) =>
        [.. All(directory).GroupBy(file => file.Day).Select(files => files.MaxBy(file => file.Generation)!).OrderByDescending(file => file.Day)];

    /// <summary>Removes what a death in the middle of a change left behind. Only before anything is opened.</summary>
    public static void Tidy(string directory)
    {
        HashSet<string> kept = [.. In(directory).Select(file => file.Title)];
        foreach (string file in System.IO.Directory.EnumerateFiles(directory))
        {
            Match match = Name().Match(Path.GetFileName(file));
            if (match.Success && !kept.Contains(match.Groups["title"].Value))
                File.Delete(file);
            else if (file.EndsWith(Draft, StringComparison.Ordinal) || file.Contains(Draft + "-", StringComparison.Ordinal))
                File.Delete(file);
        }
    }

    private static IEnumerable<DayFile> All(string directory)
    {
        foreach (string file in System.IO.Directory.EnumerateFiles(directory, "*.db"))
        {
            Match match = Name().Match(Path.GetFileName(file));
            if (match.Success && DateOnly.TryParseExact(match.Groups["day"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
                yield return new DayFile(directory, day, int.Parse(match.Groups["generation"].Value, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"^(?<title>(?<day>\d{4}-\d{2}-\d{2})\.(?<generation>\d{1,9}))\.(db|db-wal|db-shm|logs)$")]
    private static partial Regex Name();
}
