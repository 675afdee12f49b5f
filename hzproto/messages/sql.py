"""The messages of SQL."""

from __future__ import annotations

from hzproto.wire.table import Method, Service

# fmt: off
SQL = Service(0x21, "Sql", [
    Method(0x01, "execute_reserved",
           "sql: String, parameters: List_Data, timeoutMillis: long, cursorBufferSize: int",
           "queryId: SqlQueryId?, rowMetadata: List_SqlColumnMetadata?, rowPage: List_ListCN_Data?, "
           "rowPageLast: boolean, updateCount: long, error: SqlError?", since="2.1"),
    Method(0x02, "fetch_reserved",
           "queryId: SqlQueryId, cursorBufferSize: int",
           "rowPage: List_ListCN_Data?, rowPageLast: boolean, error: SqlError?", since="2.1"),
    Method(0x03, "close", "queryId: SqlQueryId", "", since="2.1"),
    Method(0x04, "execute",
           "sql: String, parameters: ListCN_Data, timeoutMillis: long, cursorBufferSize: int, schema: String?, "
           "expectedResultType: byte, queryId: SqlQueryId, skipUpdateStatistics: boolean@2.3",
           "rowMetadata: List_SqlColumnMetadata?, rowPage: SqlPage?, updateCount: long, error: SqlError?, "
           "isInfiniteRows: boolean@2.5, partitionArgumentIndex: int@2.6", since="2.2"),
    Method(0x05, "fetch",
           "queryId: SqlQueryId, cursorBufferSize: int",
           "rowPage: SqlPage?, error: SqlError?", since="2.2"),
    Method(0x06, "mappingDdl", "name: String", "sql: String?", retryable=True, since="2.3"),
])
