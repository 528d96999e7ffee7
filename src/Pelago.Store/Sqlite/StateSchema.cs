// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Store;

/// <summary>The tables of a state file, and its version.</summary>
internal static class StateSchema
{
    /// <summary>Raised with every change that an older program would misread.</summary>
    public const int Version = 1;

    public const int Created = 1, Updated = 2, Deleted = 3;

    /// <summary>Names of rows in meta. <c>reserved</c>: revisions up to here may have been given out, whatever the log says.</summary>
    public const string VersionRow = "schema", CompactedRow = "compacted", ReservedRow = "reserved", ResourcePrefix = "resource:";

    private const string Tables = """
        CREATE TABLE meta(k TEXT PRIMARY KEY, v NOT NULL) WITHOUT ROWID;
        CREATE TABLE log(
            rev INTEGER PRIMARY KEY, res INTEGER NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL, op INTEGER NOT NULL,
            prev INTEGER NOT NULL, expires INTEGER NOT NULL, splice INTEGER NOT NULL, obj BLOB, crc INTEGER);
        """;

    /// <summary>Makes the tables in a new file; refuses a file that is not a state file or is of a newer version.</summary>
    public static void Prepare(SqliteDatabase database, string path, Durability durability)
    {
        bool isNew = database.Number("SELECT count(*) FROM sqlite_schema") == 0;
        if (isNew)
            database.Execute("PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL");
        if (database.Text("PRAGMA journal_mode=WAL") != "wal")
            throw new StoreUnavailableException($"the state file {path} cannot be opened: its file system does not support write-ahead logging. Choose a home on a local disk (--home)");
        database.Execute($"""
            PRAGMA wal_autocheckpoint=0;
            PRAGMA synchronous={(durability == Durability.Full ? "FULL" : "NORMAL")};
            PRAGMA cache_size=-16000;
            PRAGMA temp_store=MEMORY
            """);
        if (isNew)
            database.Execute($"BEGIN IMMEDIATE; {Tables} INSERT INTO meta VALUES('{VersionRow}', {Version}); COMMIT");
        Verify(database, path);
    }

    /// <summary>Refuses a file that is not a state file or is of a newer version.</summary>
    public static void Verify(SqliteDatabase database, string path)
    {
        bool ours = database.Number("SELECT count(*) FROM sqlite_schema WHERE type='table' AND name IN ('meta', 'log')") == 2;
        if (!ours)
            throw new StoreUnavailableException($"{path} is a database, but not a state file of Pelago. It was not changed; choose another home (--home)");
        long version = ReadMeta(database, VersionRow);
        if (version > Version)
        {
            throw new StoreUnavailableException(
                $"the state file {path} has schema {version}, this program knows up to {Version}: a newer pelagod wrote it. It was not changed; start that version again");
        }
    }

    /// <summary>What to select for whole rows of the log: its columns in their order, of which the last one is NULL in files of earlier versions.</summary>
    public static string RowColumns(SqliteDatabase database) => HasChecksums(database) ? ColumnsOf("log") : "rev, res, ns, name, op, prev, expires, splice, obj, NULL";

    /// <summary>The same of a file that is up to date, whose log goes by this name in the query.</summary>
    public static string ColumnsOf(string log) => $"{log}.rev, {log}.res, {log}.ns, {log}.name, {log}.op, {log}.prev, {log}.expires, {log}.splice, {log}.obj, {log}.crc";

    /// <summary>Brings a file of an earlier version up to date, in a way that earlier versions can still read and write; once it is known to be readable.</summary>
    public static void Upgrade(SqliteDatabase database)
    {
        if (!HasChecksums(database))
            database.Execute("ALTER TABLE log ADD COLUMN crc INTEGER");
    }

    public static long ReadMeta(SqliteDatabase database, string row) => database.Number($"SELECT v FROM meta WHERE k='{row}'");

    /// <summary>The numbers that stand for resources in the log.</summary>
    public static Dictionary<string, long> ReadResources(SqliteDatabase database)
    {
        var resources = new Dictionary<string, long>(StringComparer.Ordinal);
        SqliteStatement rows = database.Prepare($"SELECT k, v FROM meta WHERE k >= '{ResourcePrefix}' AND k < 'resource;'");
        while (rows.Step())
            resources[rows.Text(0)[ResourcePrefix.Length..]] = rows.Number(1);
        return resources;
    }

    private static bool HasChecksums(SqliteDatabase database) => database.Number("SELECT count(*) FROM pragma_table_info('log') WHERE name='crc'") == 1;

    /// <summary>What to tell about a file that cannot be opened or read.</summary>
    public static StoreUnavailableException Unavailable(string path, Exception fault)
    {
        bool damaged = fault is SqliteFault { Code: 11 or 26 } or InvalidDataException; // SQLITE_CORRUPT, SQLITE_NOTADB
        string advice = damaged ? $"The file is damaged. It was not changed: look at it with `pelagod store check {path}`"
            : fault is UnauthorizedAccessException or SqliteFault { Code: 8 or 14 or 3 } // SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM
                ? "See that this user may write the file and its folder, or choose another home (--home)"
                : "See that the disk is in order and has space, then start again";
        return new StoreUnavailableException($"the state file {path} cannot be opened: {fault.Message.TrimEnd('.')}. {advice}", fault) { IsDamaged = damaged };
    }

    public static void CreateFolder(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
    }

    /// <summary>
    /// Makes the file, for its owner only, before SQLite would make it for everybody. Never while this process has it open:
    /// closing any handle of a file drops the POSIX locks that SQLite holds on it.
    /// </summary>
    public static void CreateFile(string path)
    {
        if (File.Exists(path))
            return;
        using FileStream _ = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }
}
