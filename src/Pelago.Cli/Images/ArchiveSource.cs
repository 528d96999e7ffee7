// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Cli.Output;

namespace Pelago.Cli.Images;

/// <summary>An archive to send: a file, or stdin, which is kept in a nameless file when it is to be sent more than once.</summary>
internal sealed class ArchiveSource : IDisposable
{
    private const int Buffer = 128 * 1024;
    private Stream _stream;

    private ArchiveSource(string name, Stream stream) => (Name, _stream) = (name, stream);

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>In bytes; null where it is not known before all is read.</summary>
    public long? Length => _stream.CanSeek ? _stream.Length : null;

    public static ArchiveSource Open(string file)
    {
        if (file == "-")
        {
            return Console.IsInputRedirected
                ? new ArchiveSource("the archive of stdin", Console.OpenStandardInput())
                : throw new CliException("- reads an archive from stdin, and stdin is a terminal: docker save app:1.2 | pelago image import -", ExitCode.Usage);
        }

        if (file.Length == 0)
            throw new CliException("an archive is needed, and its name is empty", ExitCode.Usage);
        if (Directory.Exists(file))
            throw new CliException($"{file} is a directory, and an archive is needed: tar -C {file} -c . | pelago image import - --name REF", ExitCode.Usage);
        try
        {
            return new ArchiveSource(file, new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException($"{file} cannot be imported: there is no such file", ExitCode.NothingMatched);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliException($"{file} cannot be imported: it may not be read by this user");
        }
    }

    public async Task MakeRepeatableAsync(Progress progress, CancellationToken cancel)
    {
        if (_stream.CanSeek)
            return;
        string path = Path.GetTempFileName();
        var kept = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, Buffer);
        File.Delete(path);
        progress.Show("reading stdin");
        await using (_stream)
            await _stream.CopyToAsync(kept, Buffer, cancel);
        await kept.FlushAsync(cancel);
        _stream = kept;
    }

    /// <summary>The archive from its beginning, for one of several readers at a time where its length is known.</summary>
    /// <param name="sent">Hears of every piece that was read, and of the end as 0.</param>
    public Stream Read(Action<int> sent) => new ShownStream(_stream, sent);

    public void Dispose() => _stream.Dispose();

    /// <summary>Whoever sends it disposes what it reads from; the archive itself stays open for the next node.</summary>
    private sealed class ShownStream(Stream inner, Action<int> sent) : Stream
    {
        private long _read;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // Each reader at its own place of the one file.
            int read = inner is FileStream { CanSeek: true } file
                ? await RandomAccess.ReadAsync(file.SafeFileHandle, buffer, _read, cancellationToken)
                : await inner.ReadAsync(buffer, cancellationToken);
            _read += read;
            sent(read);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
