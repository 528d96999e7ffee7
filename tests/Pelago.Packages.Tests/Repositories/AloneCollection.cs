// SPDX-License-Identifier: Apache-2.0

using Xunit;

namespace Pelago.Packages.Tests.Repositories;

/// <summary>What measures how long a search takes runs beside nothing else.</summary>
[CollectionDefinition(nameof(RepositoryUpdaterTests), DisableParallelization = true)]
public sealed class AloneCollection;
