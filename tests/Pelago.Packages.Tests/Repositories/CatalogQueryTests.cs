// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Repositories;
using Xunit;

namespace Pelago.Packages.Tests.Repositories;

public sealed class CatalogQueryTests
{
    private static readonly IndexedPackage[] Packages =
    [
        new("kafka", "1", 0, "A log for many.", ["message", "broker"]),
        new("kafka-manager", "1", 0, "Looks after Kafka.", ["tool"]),
        new("confluent-kafka", "1", 0, "Another one.", ["broker"]),
        new("postgres", "1", 0, "A database that speaks SQL; often beside kafka.", ["database", "sql"]),
    ];

    [Theory]
    [InlineData("kafka", "kafka kafka-manager confluent-kafka postgres")]
    [InlineData("KAFKA broker", "kafka confluent-kafka")]
    [InlineData("sql", "postgres")]
    [InlineData("kafka*", "kafka kafka-manager confluent-kafka postgres")]
    [InlineData("k*manager", "kafka-manager")]
    [InlineData("*", "kafka kafka-manager confluent-kafka postgres")]
    [InlineData("", "kafka kafka-manager confluent-kafka postgres")]
    [InlineData("mysql", "")]
    public void All_words_have_to_fit_and_names_come_first(string query, string expected)
    {
        var search = new CatalogQuery(query);

        IEnumerable<string> found = Packages.Where(package => search.Rank(package) > 0).OrderByDescending(search.Rank).Select(package => package.Name);

        Assert.Equal(expected, string.Join(' ', found));
    }
}
