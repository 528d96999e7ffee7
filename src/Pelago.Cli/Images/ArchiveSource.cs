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

    public static ArchiveSource Open(string file)
    {
        if (file == "-")
        {
            return Console.IsInputRedirected
                ? new ArchiveSource("the archive of stdin", Console.OpenStandardInput())
                : throw new CliException("- reads an archive from stdin, and stdin is a terminal: docker save app:1.2 | pelago image import -", ExitCode.Usage);
        }

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
        _stream = kept;
    }

    /// <summary>The archive from its beginning; what was read of it is shown.</summary>
    public Stream Read(Progress progress, string node)
    {
        if (_stream.CanSeek)
            _stream.Position = 0;
        return new ShownStream(_stream, progress, node);
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Whoever sends it disposes what it reads from; the archive itself stays open for the next node.</summary>
    private sealed class ShownStream(Stream inner, Progress progress, string node) : Stream
    {
        private readonly string _total = inner.CanSeek ? $" of {ByteCount.Of(inner.Length)}" : "";
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
            int read = await inner.ReadAsync(buffer, cancellationToken);
            _read += read;
            progress.Show(read > 0 ? $"node {node} gets {ByteCount.Of(_read)}{_total}" : $"node {node} checks and unpacks {ByteCount.Of(_read)}");
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
