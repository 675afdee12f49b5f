package hzproto;

import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.nio.serialization.compact.CompactReader;
import com.hazelcast.nio.serialization.compact.CompactSerializer;
import com.hazelcast.nio.serialization.compact.CompactWriter;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Compact objects, for members and clients from 5.2 on. */
public final class Compact {
    private Compact() {
    }

    /** Registers the serializers and adds the samples. */
    public static void add(ClientConfig config, Map<String, Object> samples) {
        config.getSerializationConfig().getCompactSerializationConfig()
                .addSerializer(new PointSerializer()).addSerializer(new ShapeSerializer());
        samples.put("compact", new Shape("ü😀\0", 7, null, new BigDecimal("-1.50"), LocalDate.of(2024, 2, 29),
                List.of(1L, 2L, Long.MAX_VALUE), Arrays.asList("a", null), new Point(1, -1)));
    }

    record Point(int x, int y) {
    }

    record Shape(String name, int number, Integer nothing, BigDecimal decimal, LocalDate date, List<Long> longs,
            List<String> texts, Point point) {
    }

    private static final class PointSerializer implements CompactSerializer<Point> {
        @Override
        public Point read(CompactReader reader) {
            return new Point(reader.readInt32("x"), reader.readInt32("y"));
        }

        @Override
        public void write(CompactWriter writer, Point point) {
            writer.writeInt32("x", point.x());
            writer.writeInt32("y", point.y());
        }

        @Override
        public String getTypeName() {
            return "Point";
        }

        @Override
        public Class<Point> getCompactClass() {
            return Point.class;
        }
    }

    private static final class ShapeSerializer implements CompactSerializer<Shape> {
        @Override
        public Shape read(CompactReader reader) {
            return new Shape(reader.readString("name"), reader.readInt32("number"), reader.readNullableInt32("nothing"),
                    reader.readDecimal("decimal"), reader.readDate("date"),
                    Arrays.stream(reader.readArrayOfInt64("longs")).boxed().toList(),
                    Arrays.asList(reader.readArrayOfString("texts")), reader.readCompact("point"));
        }

        @Override
        public void write(CompactWriter writer, Shape shape) {
            writer.writeString("name", shape.name());
            writer.writeInt32("number", shape.number());
            writer.writeNullableInt32("nothing", shape.nothing());
            writer.writeDecimal("decimal", shape.decimal());
            writer.writeDate("date", shape.date());
            writer.writeArrayOfInt64("longs", shape.longs().stream().mapToLong(Long::longValue).toArray());
            writer.writeArrayOfString("texts", shape.texts().toArray(new String[0]));
            writer.writeCompact("point", shape.point());
        }

        @Override
        public String getTypeName() {
            return "Shape";
        }

        @Override
        public Class<Shape> getCompactClass() {
            return Shape.class;
        }
    }
}
