// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Engine.Tests.Certificates;

internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pelago-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
