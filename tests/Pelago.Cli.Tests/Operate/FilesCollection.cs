// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>Tests that share one cluster with files.</summary>
[CollectionDefinition(nameof(FilesHome))]
public sealed class FilesCollection : ICollectionFixture<FilesHome>;
